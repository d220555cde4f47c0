"""The image, command and environment that a container starts with.

Pull events: https://learn.microsoft.com/azure/container-instances/container-instances-troubleshooting
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from emulators.azure_resource_manager.definition.spec import InitContainerProperties
from emulators.azure_resource_manager.isolation.addresses import rewrite
from emulators.azure_resource_manager.isolation.images import Bind, Image, ImageNotFoundError, Images
from emulators.azure_resource_manager.isolation.launch import Launch
from emulators.azure_resource_manager.lifecycle.container import Container
from emulators.azure_resource_manager.lifecycle.platform import ProvisioningError


def pull(images: Images, containers: Iterable[Container], group: str) -> dict[str, Image]:
    """Return each container's image by the container's name; raises `ProvisioningError` for a missing one."""
    pulled = {}
    for container in containers:
        reference = container.spec.properties.image
        container.event("Pulling", f'pulling image "{reference}"')
        try:
            pulled[container.name] = images.pull(reference)
        except ImageNotFoundError as error:
            _note_failed_pull(container, str(error))
            message = (
                f"The image '{reference}' in container group '{group}' is not accessible. Please check the "
                "image and registry credential."
            )
            raise ProvisioningError("InaccessibleImage", message) from error
        container.event("Pulled", f'Successfully pulled image "{reference}"')
    return pulled


def _note_failed_pull(container: Container, reason: str) -> None:
    reference = container.spec.properties.image
    message = f'Failed to pull image "{reference}": rpc error: code 2 desc Error: {reason}'
    container.event("Failed", message, "Warning")
    container.event("BackOff", f'Back-off pulling image "{reference}"')
    container.wait_again("ImagePullBackOff")


def launch_of(
    container: Container, image: Image, *, group: str, key: str, folder: Path, ports: Mapping[int, int]
) -> Launch:
    """Return how *container* of the group called *group* starts; its loopback ports are those of *ports*."""
    properties = container.spec.properties
    return Launch(
        mark=f"{key}/{container.name}",
        hostname=group,
        image=image,
        command=tuple(rewrite(word, ports) for word in properties.command or image.command),
        environment=_environment(properties, ports),
        volumes=tuple(
            Bind(folder / "volumes" / mount.name, mount.mount_path, writable=not mount.read_only)
            for mount in properties.volume_mounts
        ),
        folder=folder / "containers" / container.name,
    )


def _environment(properties: InitContainerProperties, ports: Mapping[int, int]) -> dict[str, str]:
    variables = properties.environment_variables
    return {one.name: rewrite(one.secure_value or one.value or "", ports) for one in variables}
