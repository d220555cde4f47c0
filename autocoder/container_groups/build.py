"""Building the specification of a run's container group from its plan, without I/O.

This module decides which container holds which secret. The agent and verify containers hold none, the clone
token is gone before the agent starts, and only the supervisor has the model key. A specification has the
names of secret variables, never their values.

A run in an image other than the agent's has another init container, from the agent's image. It copies the
wrapper scripts and the agent's program into the volume `tools`, where the run's containers find them.

https://learn.microsoft.com/azure/container-instances/container-instances-container-groups
"""

from autocoder import ids
from autocoder.container_groups.spec import ContainerGroupSpec, ContainerSpec, Mount
from autocoder.models import Plan
from autocoder.settings import Settings

GATEWAY_PORT = 8080
GATEWAY = f"127.0.0.1:{GATEWAY_PORT}"
VOLUMES = ("workspace", "repository", "inputs", "exchange", "control", "verification")
# Volumes that the clone container fills and hands over to the users of the other containers.
HANDED_OVER = ("workspace", "repository", "inputs", "exchange", "verification")
TOOLS_VOLUME = "tools"
IMAGE_FOLDER = "/opt/autocoder"  # where an agent's image has the wrapper scripts and the program
PYTHON = ("python3", "-S", "-m")  # -S: the runner uses no installed packages
MIN_CPU, MIN_MEMORY_GB = 0.25, 0.5
CLONE_SHARE = 0.75  # of PROVISIONING_MINUTES: how long the clone retries while Azure DevOps is away
VERIFY_MARGIN_MINUTES = 20  # beyond start and agent, after which `verify` ends without being told to
APP_TAG = "autocoder-app"


def container_group(plan: Plan, settings: Settings) -> ContainerGroupSpec:
    """Return the container group of *plan*."""
    return ContainerGroupSpec(
        name=ids.group_name(plan.run.current_round),
        location=settings.container_location,
        tags={
            APP_TAG: app_name(settings),
            "autocoder-run": plan.run.id,
            "autocoder-round": str(plan.run.round),
            "autocoder-agent": plan.agent_type,
        },
        volumes=(*VOLUMES, TOOLS_VOLUME) if plan.tools_image else VOLUMES,
        init_containers=(_clone(plan, settings), *_tools(plan)),
        containers=(_supervisor(plan, settings), _agent(plan, settings), *_verify(plan, settings)),
        subnet_id=settings.container_subnet_id,
        pull_identity=settings.image_pull_identity,
    )


def app_name(settings: Settings) -> str:
    """Return the value of the tag `autocoder-app`, which tells the groups of several apps apart."""
    return ids.key(settings.public_url.casefold())[:12]


def runner_image(settings: Settings) -> str:
    """Return the image of the clone and supervisor containers."""
    return f"{settings.image_registry}/autocoder/runner:{settings.image_tag}"


def agent_image(image: str, settings: Settings) -> str:
    """Return the full name of an agent's *image*, which has no registry and tag in `agent.toml`."""
    return f"{settings.image_registry}/{image}:{settings.image_tag}"


def _clone(plan: Plan, settings: Settings) -> ContainerSpec:
    volumes = (*HANDED_OVER, TOOLS_VOLUME) if plan.tools_image else HANDED_OVER
    mounts = tuple(Mount(volume=volume) for volume in volumes)
    return ContainerSpec(
        name="clone",
        image=runner_image(settings),
        command=(*PYTHON, "runner.clone"),
        env={
            **_paths(mounts),
            **_user_of(plan),
            "CLONE_URL": plan.repository.clone_url,
            "BASE_BRANCH": plan.base.branch,
            "TARGET_BRANCH": plan.base.branch,  # its name in images built before source branches
            "BASE_COMMIT": plan.base.commit,
            "AUTOCODER_CLONE_SECONDS": str(int(plan.provisioning_minutes * 60 * CLONE_SHARE)),
        },
        secret_env=("CLONE_AUTHORIZATION", "INPUT_URLS"),
        mounts=mounts,
    )


def _tools(plan: Plan) -> tuple[ContainerSpec, ...]:
    """Return the init container that fills the volume `tools`, if the run's image lacks the tools."""
    if plan.tools_image is None:
        return ()
    mounts = (Mount(volume=TOOLS_VOLUME),)
    return (
        ContainerSpec(
            name="tools",
            image=plan.tools_image,
            command=("/bin/sh", f"{IMAGE_FOLDER}/base/tools.sh"),
            env={**_paths(mounts), "AUTOCODER_AGENT": f"{IMAGE_FOLDER}/agent"},
            mounts=mounts,
        ),
    )


def _tools_location(plan: Plan) -> tuple[str, tuple[Mount, ...]]:
    """Return the folder with the wrapper scripts and the program, and the mount that it needs, if any."""
    if plan.tools_image is None:
        return IMAGE_FOLDER, ()
    mount = Mount(volume=TOOLS_VOLUME, read_only=True)
    return mount.path, (mount,)


def _user_of(plan: Plan) -> dict[str, str]:
    """Return the variable that tells the runner that the run's image may start as any user."""
    return {"AUTOCODER_ANY_USER": "1"} if plan.tools_image else {}


def _agent(plan: Plan, settings: Settings) -> ContainerSpec:
    tools, tools_mounts = _tools_location(plan)
    others = 2 if _is_verified(plan) else 1
    mounts = (
        Mount(volume="workspace"),
        Mount(volume="inputs", read_only=True),
        Mount(volume="exchange"),
        Mount(volume="control", read_only=True),
        *tools_mounts,
    )
    env = {
        **_paths(mounts),
        "AUTOCODER_AGENT": f"{tools}/agent",
        "AUTOCODER_MODEL": plan.model,
        "AUTOCODER_MODEL_URL": f"http://{GATEWAY}",
        "AUTOCODER_SECONDS": str(int((plan.budget.minutes or 0) * 60)),
    }
    return ContainerSpec(
        name="agent",
        image=plan.image,
        command=("/bin/sh", f"{tools}/base/agent.sh"),
        env=env,
        mounts=mounts,
        cpu=round(settings.container_cpu - others * MIN_CPU, 2),  # 3.4 - 0.5 is not 2.9 in binary
        memory_gb=round(settings.container_memory_gb - others * MIN_MEMORY_GB, 1),
        **_limits(settings),
    )


def _verify(plan: Plan, settings: Settings) -> tuple[ContainerSpec, ...]:
    """Return the container that runs the team's commands, if there are any."""
    if not _is_verified(plan):
        return ()
    tools, tools_mounts = _tools_location(plan)
    minutes = plan.provisioning_minutes + (plan.budget.minutes or 0) + VERIFY_MARGIN_MINUTES
    mounts = (Mount(volume="verification"), Mount(volume="control", read_only=True), *tools_mounts)
    return (
        ContainerSpec(
            name="verify",
            image=plan.image,
            command=("/bin/sh", f"{tools}/base/verify.sh"),
            env={**_paths(mounts), "AUTOCODER_SECONDS": str(int(60 * minutes))},
            mounts=mounts,
            cpu=MIN_CPU,
            memory_gb=MIN_MEMORY_GB,
            **_limits(settings),
        ),
    )


def _is_verified(plan: Plan) -> bool:
    """Whether the settings of the target branch have commands to run on the commit."""
    return bool(plan.repository.settings.setup or plan.repository.settings.verify)


def _supervisor(plan: Plan, settings: Settings) -> ContainerSpec:
    mounts = (
        Mount(volume="workspace", read_only=True),
        Mount(volume="repository"),
        Mount(volume="inputs", read_only=True),
        Mount(volume="exchange", read_only=True),
        Mount(volume="control"),
        Mount(volume="verification"),
    )
    env = {
        **_paths(mounts),
        **_user_of(plan),
        "AUTOCODER_GATEWAY": GATEWAY,
        "AUTOCODER_START_SECONDS": str(int(plan.provisioning_minutes * 60)),
        "CALLBACK_URL": f"{settings.public_url}/api/runs/{plan.run.id}/callback",
    }
    return ContainerSpec(
        name="supervisor",
        image=runner_image(settings),
        command=(*PYTHON, "runner.supervisor"),
        env=env,
        secret_env=("MODEL_KEY", "CALLBACK_TOKEN", "OUTPUT_URLS"),
        mounts=mounts,
        cpu=MIN_CPU,
        memory_gb=MIN_MEMORY_GB,
        **_limits(settings),
        ports=(GATEWAY_PORT,),
    )


def _limits(settings: Settings) -> dict[str, float]:
    """Return each container's limits: the whole group's size, because the others leave most of it unused.

    Without limits a container may use no more than it requests:
    https://learn.microsoft.com/azure/container-instances/container-instances-container-groups#resource-usage-by-container-instances-in-a-group
    """
    return {"cpu_limit": settings.container_cpu, "memory_limit_gb": settings.container_memory_gb}


def _paths(mounts: tuple[Mount, ...]) -> dict[str, str]:
    """Return the variables that tell a container where its volumes are."""
    return {f"AUTOCODER_{mount.volume.upper()}": mount.path for mount in mounts}
