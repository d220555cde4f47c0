"""What a run says while the region has no quota or capacity for its container group."""

from autocoder.errors import NoCapacity
from autocoder.settings import Settings

MAX_CAPACITY_TRIES = 10  # within CAPACITY_MINUTES


def no_capacity(said: str, settings: Settings, service_code: str = "") -> NoCapacity:
    """Return the error for what Azure *said*, with the settings that affect it and a pause."""
    size = f"{settings.container_cpu:g} vCPUs and {settings.container_memory_gb:g} GB"
    return NoCapacity(
        f"No quota or capacity left in {settings.container_location} for a container group of {size}: {said}",
        retry_after_seconds=60 * settings.capacity_minutes / MAX_CAPACITY_TRIES,
        service_code=service_code,
        next_step="Request more quota from Azure, choose another region (CONTAINER_LOCATION) or smaller "
        "groups (CONTAINER_CPU, CONTAINER_MEMORY_GB), or let runs wait longer (CAPACITY_MINUTES).",
    )
