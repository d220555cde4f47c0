"""From a plan to the container group that carries it out: pure.

Who holds what is the point of this module: the agent's and the verify container hold no secret at all,
the clone token is gone before the agent starts, the model key is in the supervisor alone. A spec carries
the names of secret variables, never their values.

https://learn.microsoft.com/azure/container-instances/container-instances-container-groups
"""

from typing import Literal

from pydantic import Field

from autocoder import ids
from autocoder.models import Plan, Value
from autocoder.settings import Settings

GATEWAY_PORT = 8080
GATEWAY = f"127.0.0.1:{GATEWAY_PORT}"
VOLUMES = ("workspace", "repository", "inputs", "exchange", "control", "verification")
TOOLS = "/opt/autocoder"
PYTHON = ("python3", "-S", "-m")  # the runner needs no installed package, and so no look for any
MIN_CPU, MIN_MEMORY_GB = 0.25, 0.5


class Mount(Value):
    """A volume in a container, at `/<volume>`."""

    volume: str
    read_only: bool = False

    @property
    def path(self) -> str:
        """Where it is mounted."""
        return f"/{self.volume}"


class ContainerSpec(Value):
    """One container: image, command, environment, volumes, resources."""

    name: str
    image: str
    command: tuple[str, ...]
    env: dict[str, str]
    secret_env: tuple[str, ...] = Field((), description="variables whose values the client is given apart")
    mounts: tuple[Mount, ...]
    cpu: float = 0
    memory_gb: float = 0
    cpu_limit: float = 0
    memory_limit_gb: float = 0
    ports: tuple[int, ...] = ()


class ContainerGroupSpec(Value):
    """One container group: its init containers in order, its containers at once."""

    name: str
    location: str
    tags: dict[str, str]
    volumes: tuple[str, ...]
    init_containers: tuple[ContainerSpec, ...]
    containers: tuple[ContainerSpec, ...]
    restart_policy: Literal["Never"] = "Never"
    subnet_id: str | None = None
    pull_identity: str | None = None


def container_group(plan: Plan, settings: Settings) -> ContainerGroupSpec:
    """Return the container group of *plan*."""
    return ContainerGroupSpec(
        name=ids.group_name(plan.run.id),
        location=settings.container_location,
        tags={"autocoder-run": plan.run.id, "autocoder-agent": plan.agent_type},
        volumes=VOLUMES,
        init_containers=(_clone(settings),),
        containers=(_agent(plan, settings), _verify(plan), _supervisor(plan, settings)),
        subnet_id=settings.container_subnet_id,
        pull_identity=settings.image_pull_identity,
    )


def runner_image(settings: Settings) -> str:
    """Return the image of the clone and supervisor containers."""
    return f"{settings.image_registry}/autocoder/runner:{settings.image_tag}"


def agent_image(image: str, settings: Settings) -> str:
    """Return the full name of an agent's *image*, which `agent.toml` names without registry and tag."""
    return f"{settings.image_registry}/{image}:{settings.image_tag}"


def _clone(settings: Settings) -> ContainerSpec:
    mounts = (Mount(volume="workspace"), Mount(volume="repository"), Mount(volume="inputs"))
    return ContainerSpec(
        name="clone",
        image=runner_image(settings),
        command=(*PYTHON, "runner.clone"),
        env=_paths(mounts),
        secret_env=("CLONE_AUTHORIZATION", "INPUT_URLS"),
        mounts=mounts,
    )


def _agent(plan: Plan, settings: Settings) -> ContainerSpec:
    mounts = (
        Mount(volume="workspace"),
        Mount(volume="inputs", read_only=True),
        Mount(volume="exchange"),
        Mount(volume="control", read_only=True),
    )
    env = {
        **_paths(mounts),
        "AUTOCODER_AGENT": f"{TOOLS}/agent",
        "AUTOCODER_MODEL": plan.model,
        "AUTOCODER_MODEL_URL": f"http://{GATEWAY}",
        "AUTOCODER_SECONDS": str(int((plan.budget.minutes or 0) * 60)),
    }
    return ContainerSpec(
        name="agent",
        image=plan.image,
        command=("/bin/sh", f"{TOOLS}/base/agent.sh"),
        env=env,
        mounts=mounts,
        cpu=settings.container_cpu - 2 * MIN_CPU,
        memory_gb=settings.container_memory_gb - 2 * MIN_MEMORY_GB,
        cpu_limit=settings.container_cpu,
        memory_limit_gb=settings.container_memory_gb,
    )


def _verify(plan: Plan) -> ContainerSpec:
    mounts = (Mount(volume="verification"), Mount(volume="control", read_only=True))
    return ContainerSpec(
        name="verify",
        image=plan.image,
        command=("/bin/sh", f"{TOOLS}/base/verify.sh"),
        env=_paths(mounts),
        mounts=mounts,
        cpu=MIN_CPU,
        memory_gb=MIN_MEMORY_GB,
    )


def _supervisor(plan: Plan, settings: Settings) -> ContainerSpec:
    mounts = (
        Mount(volume="workspace", read_only=True),
        Mount(volume="repository"),
        Mount(volume="inputs", read_only=True),
        Mount(volume="exchange", read_only=True),
        Mount(volume="control"),
        Mount(volume="verification"),
    )
    callback = f"{settings.public_url}/api/runs/{plan.run.id}/finished"
    return ContainerSpec(
        name="supervisor",
        image=runner_image(settings),
        command=(*PYTHON, "runner.supervisor"),
        env={**_paths(mounts), "AUTOCODER_GATEWAY": GATEWAY, "CALLBACK_URL": callback},
        secret_env=("MODEL_KEY", "CALLBACK_TOKEN", "OUTPUT_URLS"),
        mounts=mounts,
        cpu=MIN_CPU,
        memory_gb=MIN_MEMORY_GB,
        ports=(GATEWAY_PORT,),
    )


def _paths(mounts: tuple[Mount, ...]) -> dict[str, str]:
    """Return the variables that tell a container where its volumes are."""
    return {f"AUTOCODER_{mount.volume.upper()}": mount.path for mount in mounts}
