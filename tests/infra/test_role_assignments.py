"""Every role assignment is named by scope, principal and role.

Azure refuses to change the principal of an assignment (RoleAssignmentUpdateNotPermitted). Assignments of the
subscription outlive `azd down`, and the next `azd up` makes new principals: it needs new names, too.

https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
"""

import re

import pytest

from tests.infra.bicep import FILES, Declaration, File, parse, parsed, properties, text_of

KIND = "Microsoft.Authorization/roleAssignments"
ASSIGNMENTS = [
    pytest.param(file, one, id=f"{file.path.stem}-{one.name}")
    for file in map(parsed, FILES)
    for one in file.resources(KIND)
]


def name_of(assignment: Declaration) -> str:
    return text_of(properties(assignment.body)["name"])


def expected_name(file: File, assignment: Declaration) -> str:
    """Return the name of an assignment as it should be: a GUID of scope, principal and role."""
    values = properties(assignment.body)
    inner = properties(values["properties"])
    scope = text_of(values["scope"]) if "scope" in values else ""
    role = re.sub(r"subscriptionResourceId\('[^']+', (.+)\)", r"\1", text_of(inner["roleDefinitionId"]))
    return f"guid({', '.join([*scope_ids(file, scope), text_of(inner['principalId']), role])})"


def scope_ids(file: File, scope: str) -> list[str]:
    """Return the expressions that identify a scope; in a loop these are its parent and its name."""
    if not scope:
        target = re.search(r"targetScope = '(\w+)'", text_of(file.root))
        return [f"{target[1] if target else 'resourceGroup'}().id"]
    if not scope.endswith("]"):
        return [f"{scope}.id"]
    each = next(one for one in file.of("resource") if one.name == scope.partition("[")[0])
    return [f"{text_of(properties(each.body)['parent'])}.id", text_of(properties(each.body)["name"])]


@pytest.mark.parametrize(("file", "assignment"), ASSIGNMENTS)
def test_is_named_by_scope_principal_and_role(file, assignment):
    assert name_of(assignment) == expected_name(file, assignment)


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("guid(vault.id, principal, role)", True),
        ("guid(vault.id, token, role)", False),
        ("guid(vault.id, principal)", False),
        ("guid(principal, role)", False),
        ("guid(resourceGroup().id, principal, role)", False),
        ("'fixed'", False),
    ],
)
def test_the_checker_finds_a_name_that_lacks_one_of_them(name, right):
    file = parse(
        f"resource reads '{KIND}@2022-04-01' = {{\n"
        f"  name: {name}\n"
        "  scope: vault\n"
        "  properties: {\n"
        "    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)\n"
        "    principalId: principal\n"
        "  }\n"
        "}\n"
    )
    (assignment,) = file.resources(KIND)
    assert (name_of(assignment) == expected_name(file, assignment)) is right
