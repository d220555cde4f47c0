"""One container group: from its PUT through init containers and containers to its end.

States: https://learn.microsoft.com/azure/container-instances/container-state. Init containers run in order,
then the containers in parallel: https://learn.microsoft.com/azure/container-instances/container-instances-init-container
"""

import asyncio
import uuid
from collections.abc import Coroutine, Iterable
from typing import Any

from emulators.azure_resource_manager.definition.spec import AnyContainerSpec, GroupSpec
from emulators.azure_resource_manager.isolation.images import Image
from emulators.azure_resource_manager.isolation.launch import Launch
from emulators.azure_resource_manager.lifecycle.container import Container
from emulators.azure_resource_manager.lifecycle.launching import launch_of, pull
from emulators.azure_resource_manager.lifecycle.platform import (
    Operation,
    Platform,
    ProvisioningError,
    Trouble,
)
from emulators.azure_resource_manager.lifecycle.volumes import make_volumes, remove_tree

MOVING = ("Pending", "Creating", "Repairing")
ENDED = ("Succeeded", "Failed", "Stopped")


class ContainerGroup:
    """A live group: its definition, its containers, its volumes and the task that runs it."""

    def __init__(self, resource_id: str, spec: GroupSpec, platform: Platform, delay: float) -> None:
        self.id = resource_id
        self.name = resource_id.rpartition("/")[2]
        self.resource_group = resource_id.split("/")[4]
        self.platform = platform
        self.delay = delay
        self.trouble: Trouble | None = None
        self.stuck = False  # whether it never starts
        self.key = uuid.uuid4().hex
        self.folder = platform.folder / f"{self.name}-{self.key[:8]}"
        self.ports: dict[int, int] = {}
        self.task: asyncio.Task[None] | None = None
        self.describe(spec)

    def describe(self, spec: GroupSpec) -> None:
        """Set *spec* as the definition of the group, without starting anything."""
        self.spec = spec
        self.provisioning, self.state = "Pending", "Pending"
        self.operation = Operation()
        properties = spec.properties
        self.init_containers = [self._container(one) for one in properties.init_containers]
        self.containers = [self._container(one) for one in properties.containers]

    def _container(self, spec: AnyContainerSpec) -> Container:
        return Container(spec, self.platform.isolation, self.folder / "logs" / spec.name)

    @property
    def all_containers(self) -> list[Container]:
        """All containers, init containers first."""
        return self.init_containers + self.containers

    @property
    def moving(self) -> bool:
        """Whether the platform is starting or restarting the group."""
        return self.provisioning in MOVING

    @property
    def busy(self) -> bool:
        """Whether the platform is working on the group, so that it cannot even be deleted."""
        return self.provisioning in ("Pending", "Repairing") and not self.stuck

    @property
    def ended(self) -> bool:
        """Whether all containers have ended, or the group was stopped or could not be provisioned."""
        return self.state in ENDED

    def start(self) -> None:
        """Start the group in the background."""
        self._in_background(self._run(self._provision()))

    async def again(self, *, keep_volumes: bool, state: str = "Pending") -> None:
        """End every container and start the group again, with its volumes or with empty ones."""
        self.provisioning = self.state = state
        await self.halt()
        if not keep_volumes:
            await self._empty()
        for container in self.all_containers:
            container.wait_again()
        self.start()

    async def update(self, spec: GroupSpec) -> None:
        """End every container and start the group as *spec* says, with empty volumes if it had ended."""
        keep_volumes = not self.ended
        self.provisioning = self.state = "Pending"
        await self.halt()
        if not keep_volumes:
            await self._empty()
        self.describe(spec)
        self.start()

    async def restart(self) -> None:
        """Run the containers again in place, without the init containers."""
        self.provisioning = self.state = "Pending"
        await self.halt()
        for container in self.containers:
            container.wait_again()
        self._in_background(self._run(self._run_containers()))

    async def stop(self) -> None:
        """End every container; the group remains, but not its volumes."""
        self.provisioning = "Pending"
        await self.halt()
        await self._empty()
        self.state = "Stopped"
        self.provisioning = "Succeeded"

    async def halt(self) -> None:
        """End every process of the group and the task that runs it."""
        self.stuck = False
        if self.task is not None:
            self.task.cancel()
            await asyncio.wait([self.task])
        await asyncio.gather(*(container.end() for container in self.all_containers))

    async def _empty(self) -> None:
        await asyncio.to_thread(remove_tree, self.folder / "volumes")

    def remove_folder(self) -> None:
        """Delete the group's volumes and logs and release its ports, after its processes have ended."""
        self.platform.ports.give_back(self.ports)
        remove_tree(self.folder)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        self.task = asyncio.get_running_loop().create_task(work)

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except ProvisioningError as error:
            self._fail(error)
        except OSError as error:
            self._fail(
                ProvisioningError("InternalServerError", f"This machine cannot run the group: {error}")
            )

    def _fail(self, error: ProvisioningError) -> None:
        self.state = self.provisioning = self.operation.status = "Failed"
        self.operation.error = {"code": error.code, "message": str(error)}

    async def _provision(self) -> None:
        """Schedule the group, pull its images, run its init containers and then its containers."""
        await self._schedule()
        self.provisioning = self.operation.status = "Creating"
        images = pull(self.platform.images, self.all_containers, self.name)
        self._make_folders()
        for container in self.init_containers:
            await self._run_init(container, images[container.name])
        await self._run_containers()

    async def _schedule(self) -> None:
        """Wait for the start delay; a failure that a test has set happens once.

        Raises `ProvisioningError` if the test has set a provisioning failure.
        """
        trouble, self.trouble = self.trouble, None
        kind = trouble.kind if trouble else ""
        if kind == "neverStarts":
            self.stuck = True
            await asyncio.Event().wait()
        if kind == "failsToProvision":
            message = "The requested resource is not available in the location at this moment."
            raise ProvisioningError("ServiceUnavailable", message)
        delay = trouble.seconds if trouble and kind == "startDelay" else self.delay
        if delay:
            await asyncio.sleep(delay)

    def _make_folders(self) -> None:
        """Create the group's private folders and reserve its ports, unless that is already done."""
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        make_volumes(self.folder / "volumes", self.spec.properties.volumes)
        self.ports.update(self.platform.ports.take(self.spec.properties.ports - self.ports.keys()))

    async def _run_init(self, container: Container, image: Image) -> None:
        """Run one init container until it succeeds; raises `ProvisioningError` when it may not be retried."""
        while True:
            await container.run(self._launch(container, image))
            if container.succeeded:
                return
            if container.restart_wanted:
                continue
            if self.spec.properties.restart_policy == "Never":
                code = container.current["exitCode"]
                message = f"The init container '{container.name}' ended with exit code {code}."
                raise ProvisioningError("InitContainerFailed", message)
            await self._back_off(container)

    async def _run_containers(self) -> None:
        images = {c.name: self.platform.images.pull(c.spec.properties.image) for c in self.containers}
        running = [asyncio.ensure_future(self._keep(one, images[one.name])) for one in self.containers]
        try:
            await asyncio.gather(*(one.started.wait() for one in self.containers))
            self.state = "Running"
            self.provisioning = self.operation.status = "Succeeded"
            await asyncio.gather(*running)
        finally:
            await _cancelled(running)
        self.state = "Succeeded" if all(one.succeeded for one in self.containers) else "Failed"

    async def _keep(self, container: Container, image: Image) -> None:
        """Run a container, and again when the restart policy or the platform restarts it."""
        policy = self.spec.properties.restart_policy
        while True:
            await container.run(self._launch(container, image))
            if container.restart_wanted:
                continue
            if policy == "Never" or (policy == "OnFailure" and container.succeeded):
                return
            await self._back_off(container)

    async def _back_off(self, container: Container) -> None:
        seconds = container.back_off
        container.event("BackOff", "Back-off restarting failed container", "Warning")
        await asyncio.sleep(seconds)

    def _launch(self, container: Container, image: Image) -> Launch:
        return launch_of(
            container, image, group=self.name, key=self.key, folder=self.folder, ports=self.ports
        )


async def _cancelled(tasks: Iterable[asyncio.Future[None]]) -> None:
    """Cancel *tasks* and wait until they have ended."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
