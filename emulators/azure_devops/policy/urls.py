"""Policies: types and configurations.

https://learn.microsoft.com/rest/api/azure/devops/policy
"""

from emulators.azure_devops.core.queries import texts
from emulators.azure_devops.core.resources import Resource, Route
from emulators.azure_devops.policy import responses as policies

POLICIES: tuple[Resource, ...] = (
    Resource(
        "2c420070-a0a2-49cc-9639-c9f271c5ff07",
        "git",
        "policyConfigurations",
        "{project}/_apis/git/policy/configurations",
        1,
        {
            "Policy Configurations_Get": Route(
                policies.list_for_branch, texts("repositoryId", "refName", "policyType")
            )
        },
    ),
    Resource(
        "dad91cbe-d183-45f8-9c6e-9c1164472121",
        "policy",
        "configurations",
        "{project}/_apis/policy/configurations/{configurationId}",
        1,
        {
            "Configurations_List": Route(policies.list_configurations, texts("policyType")),
            "Configurations_Get": Route(policies.get_configuration),
            "Configurations_Create": Route(policies.create_configuration),
            "Configurations_Update": Route(policies.replace_configuration),
            "Configurations_Delete": Route(policies.delete_configuration),
        },
    ),
    Resource(
        "44096322-2d3d-466a-bb30-d1b7de69f61f",
        "policy",
        "types",
        "{project}/_apis/policy/types/{typeId}",
        1,
        {"Types_List": Route(policies.list_types), "Types_Get": Route(policies.get_type)},
    ),
)
