"""Policies: types and configurations.

https://learn.microsoft.com/rest/api/azure/devops/policy
"""

from emulators.azure_devops.core.resources import Resource
from emulators.azure_devops.policy import responses as policies

_READ, _WRITE = "vso.code", "vso.code_write"
POLICIES: tuple[Resource, ...] = (
    Resource(
        "2c420070-a0a2-49cc-9639-c9f271c5ff07",
        "git",
        "policyConfigurations",
        "_apis/git/policy/configurations",
        1,
        {"GET": policies.list_for_branch},
        _READ,
        scope="project",
    ),
    Resource(
        "dad91cbe-d183-45f8-9c6e-9c1164472121",
        "policy",
        "configurations",
        "_apis/policy/configurations/{configurationId?}",
        1,
        {
            "GET": policies.list_configurations,
            "POST": policies.create_configuration,
            "PUT": policies.replace_configuration,
            "DELETE": policies.delete_configuration,
        },
        _READ,
        _WRITE,
        "project",
    ),
    Resource(
        "44096322-2d3d-466a-bb30-d1b7de69f61f",
        "policy",
        "types",
        "_apis/policy/types",
        1,
        {"GET": policies.list_types},
        _READ,
        scope="project",
    ),
)
