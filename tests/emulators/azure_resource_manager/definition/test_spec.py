import pytest
from azure.mgmt.containerinstance import models

from emulators.azure_resource_manager.definition import spec


def properties_of(shape):
    fields = {field.alias or name for name, field in shape.model_fields.items()}
    return fields | shape.only_in_answers


def documented(model, prefix):
    keys = [entry["key"] for entry in model._attribute_map.values()]
    flat = {key for key in keys if "." not in key}
    nested = {key.partition(".")[2] for key in keys if key.startswith("properties.")}
    return nested if prefix else flat | ({"properties"} if nested else set())


@pytest.mark.parametrize(
    ("shape", "model", "prefix"),
    [
        (spec.GroupSpec, models.ContainerGroup, ""),
        (spec.GroupProperties, models.ContainerGroup, "properties"),
        (spec.ContainerSpec, models.Container, ""),
        (spec.ContainerProperties, models.Container, "properties"),
        (spec.InitContainerSpec, models.InitContainerDefinition, ""),
        (spec.InitContainerProperties, models.InitContainerDefinition, "properties"),
        (spec.EnvironmentVariable, models.EnvironmentVariable, ""),
        (spec.VolumeMount, models.VolumeMount, ""),
        (spec.Volume, models.Volume, ""),
        (spec.Amount, models.ResourceRequests, ""),
        (spec.Amount, models.ResourceLimits, ""),
        (spec.Resources, models.ResourceRequirements, ""),
        (spec.Port, models.ContainerPort, ""),
        (spec.RegistryCredential, models.ImageRegistryCredential, ""),
        (spec.Identity, models.ContainerGroupIdentity, ""),
        (spec.UserAssignedIdentity, models.UserAssignedIdentities, ""),
        (spec.TagsUpdate, models.Resource, ""),
    ],
)
def test_knows_exactly_the_properties_that_microsoft_documents(shape, model, prefix):
    assert properties_of(shape) == documented(model, prefix)
