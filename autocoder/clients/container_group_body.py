"""The body of the request that creates a container group, in the SDK's models.

https://learn.microsoft.com/rest/api/container-instances/container-groups/create-or-update
"""

from collections.abc import Mapping
from typing import Any

from autocoder.container_groups.spec import ContainerGroupSpec, ContainerSpec
from autocoder.errors import InvalidArgument

Secrets = Mapping[tuple[str, str], str]  # container and variable to value


def group_of(spec: ContainerGroupSpec, secrets: Secrets) -> Any:
    """Return *spec* as the SDK's model, with the values of its secret variables.

    Raises `InvalidArgument` when one of them has no value.
    """
    from azure.mgmt.containerinstance import models

    pull = spec.pull_identity or ""
    identity = models.ContainerGroupIdentity(
        type="UserAssigned", user_assigned_identities={pull: models.UserAssignedIdentities()}
    )
    registries = [models.ImageRegistryCredential(server=one, identity=pull) for one in _registries(spec)]
    return models.ContainerGroup(
        location=spec.location,
        tags=dict(spec.tags),
        os_type="Linux",
        restart_policy=spec.restart_policy,
        volumes=[models.Volume(name=volume, empty_dir={}) for volume in spec.volumes],
        init_containers=[_init_container(one, secrets) for one in spec.init_containers],
        containers=[_container(one, secrets) for one in spec.containers],
        subnet_ids=[models.ContainerGroupSubnetId(id=spec.subnet_id)] if spec.subnet_id else None,
        identity=identity if pull else None,
        image_registry_credentials=registries if pull else None,
    )


def _registries(spec: ContainerGroupSpec) -> list[str]:
    """Return the registries that get the pull identity: the app's, and others of the same parent domain."""
    images = [one.image for one in (*spec.init_containers, *spec.containers)]
    ours, *others = dict.fromkeys(image.split("/", 1)[0] for image in images)
    return [ours, *(other for other in others if other.partition(".")[2] == ours.partition(".")[2])]


def _init_container(spec: ContainerSpec, secrets: Secrets) -> Any:
    from azure.mgmt.containerinstance import models

    return models.InitContainerDefinition(
        name=spec.name,
        image=spec.image,
        command=list(spec.command),
        environment_variables=_environment(spec, secrets),
        volume_mounts=_mounts(spec),
    )


def _container(spec: ContainerSpec, secrets: Secrets) -> Any:
    from azure.mgmt.containerinstance import models

    limits = models.ResourceLimits(
        cpu=spec.cpu_limit or spec.cpu, memory_in_gb=spec.memory_limit_gb or spec.memory_gb
    )
    requests = models.ResourceRequests(cpu=spec.cpu, memory_in_gb=spec.memory_gb)
    return models.Container(
        name=spec.name,
        image=spec.image,
        command=list(spec.command),
        environment_variables=_environment(spec, secrets),
        volume_mounts=_mounts(spec),
        ports=[models.ContainerPort(port=port) for port in spec.ports],
        resources=models.ResourceRequirements(
            requests=requests, limits=limits if spec.cpu_limit or spec.memory_limit_gb else None
        ),
    )


def _environment(spec: ContainerSpec, secrets: Secrets) -> list[Any]:
    from azure.mgmt.containerinstance import models

    missing = [name for name in spec.secret_env if (spec.name, name) not in secrets]
    if missing:
        raise InvalidArgument(f"Container {spec.name} has no values for {', '.join(missing)}.")
    plain = [models.EnvironmentVariable(name=name, value=value) for name, value in spec.env.items()]
    hidden = (
        models.EnvironmentVariable(name=name, secure_value=secrets[spec.name, name])
        for name in spec.secret_env
    )
    return [*plain, *hidden]


def _mounts(spec: ContainerSpec) -> list[Any]:
    from azure.mgmt.containerinstance import models

    return [
        models.VolumeMount(name=mount.volume, mount_path=mount.path, read_only=mount.read_only)
        for mount in spec.mounts
    ]
