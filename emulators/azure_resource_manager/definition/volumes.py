"""Checks the volumes of a group and their mounts.

https://learn.microsoft.com/azure/container-instances/container-instances-volume-emptydir and
https://learn.microsoft.com/azure/container-instances/container-instances-volume-secret
"""

import base64
from collections.abc import Set

from emulators.azure_resource_manager.definition.names import SECRET_NAME, VOLUME_NAME, check_unique
from emulators.azure_resource_manager.definition.spec import AnyContainerSpec, GroupProperties, Volume
from emulators.azure_resource_manager.errors import invalid

MAX_VOLUMES = 20


def check_volumes(group: GroupProperties) -> None:
    """Raise `ResourceManagerError` (400) for the first error in the volumes and mounts of *group*."""
    if len(group.volumes) > MAX_VOLUMES:
        raise invalid("TooManyVolumes", f"A container group has at most {MAX_VOLUMES} volumes.")
    check_unique("DuplicateVolumeName", "volume name", (volume.name for volume in group.volumes))
    for volume in group.volumes:
        _check_volume(volume)
    for container in group.all_containers:
        _check_mounts(container, {volume.name for volume in group.volumes})


def _check_volume(volume: Volume) -> None:
    if not VOLUME_NAME.fullmatch(volume.name):
        message = (
            f"The volume name '{volume.name}' is invalid: it has 5-63 lower-case letters, digits and single "
            "hyphens."
        )
        raise invalid("InvalidVolumeName", message)
    kinds = (volume.empty_dir, volume.secret, volume.azure_file, volume.git_repo)
    if sum(kind is not None for kind in kinds) != 1:
        raise invalid("InvalidVolume", f"The volume '{volume.name}' must be of exactly one kind.")
    for name, content in (volume.secret or {}).items():
        if not SECRET_NAME.fullmatch(name) or not _is_base64(content):
            message = f"The secret '{name}' in volume '{volume.name}' has an invalid name or is not base64."
            raise invalid("InvalidSecretVolume", message)


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return True


def _check_mounts(container: AnyContainerSpec, volumes: Set[str]) -> None:
    mounts = container.properties.volume_mounts
    check_unique("DuplicateMountPath", "mount path", (mount.mount_path for mount in mounts))
    for mount in mounts:
        if mount.name not in volumes:
            message = f"The volume mount '{mount.name}' in container '{container.name}' names no volume."
            raise invalid("VolumeMountNotFound", message)
        path = mount.mount_path
        if not path.startswith("/") or path == "/" or ":" in path or ".." in path.split("/"):
            message = f"The mount path '{path}' in container '{container.name}' is invalid."
            raise invalid("InvalidMountPath", message)
