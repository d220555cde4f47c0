"""The four processes: work item types, their states with categories, and the field of their main text.

https://learn.microsoft.com/azure/devops/boards/work-items/workflow-and-state-categories
"""

from dataclasses import dataclass

from emulators.azure_devops.core.state import Process

PROPOSED, IN_PROGRESS, RESOLVED, COMPLETED, REMOVED = (
    "Proposed",
    "InProgress",
    "Resolved",
    "Completed",
    "Removed",
)
COLORS = {
    PROPOSED: "b2b2b2",
    IN_PROGRESS: "007acc",
    RESOLVED: "ff9d00",
    COMPLETED: "339933",
    REMOVED: "ffffff",
}

States = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WorkItemType:
    """A work item type: its states (name and category) and the field that holds its main text."""

    name: str
    states: States
    text_field: str = "System.Description"

    def category(self, state: str) -> str | None:
        """Return the category of *state*, or None when the type has no such state."""
        return next((category for name, category in self.states if name.lower() == state.lower()), None)

    def spelled(self, state: str) -> str | None:
        """Return *state* in the type's spelling, or None."""
        return next((name for name, _ in self.states if name.lower() == state.lower()), None)


_AGILE: States = (
    ("New", PROPOSED),
    ("Active", IN_PROGRESS),
    ("Resolved", RESOLVED),
    ("Closed", COMPLETED),
    ("Removed", REMOVED),
)
_AGILE_TASK: States = (
    ("New", PROPOSED),
    ("Active", IN_PROGRESS),
    ("Closed", COMPLETED),
    ("Removed", REMOVED),
)
_SCRUM_ITEM: States = (
    ("New", PROPOSED),
    ("Approved", PROPOSED),
    ("Committed", IN_PROGRESS),
    ("Done", COMPLETED),
    ("Removed", REMOVED),
)
_SCRUM_EPIC: States = (
    ("New", PROPOSED),
    ("In Progress", IN_PROGRESS),
    ("Done", COMPLETED),
    ("Removed", REMOVED),
)
_SCRUM_TASK: States = (
    ("To Do", PROPOSED),
    ("In Progress", IN_PROGRESS),
    ("Done", COMPLETED),
    ("Removed", REMOVED),
)
_BASIC: States = (("To Do", PROPOSED), ("Doing", IN_PROGRESS), ("Done", COMPLETED))
_CMMI: States = (
    ("Proposed", PROPOSED),
    ("Active", IN_PROGRESS),
    ("Resolved", RESOLVED),
    ("Closed", COMPLETED),
)
_REPRO = "Microsoft.VSTS.TCM.ReproSteps"

PROCESSES: dict[Process, tuple[WorkItemType, ...]] = {
    "Agile": (
        WorkItemType("Epic", _AGILE),
        WorkItemType("Feature", _AGILE),
        WorkItemType("User Story", _AGILE),
        WorkItemType("Bug", _AGILE[:-1], _REPRO),
        WorkItemType("Task", _AGILE_TASK),
        WorkItemType("Issue", (("Active", IN_PROGRESS), ("Closed", COMPLETED))),
    ),
    "Scrum": (
        WorkItemType("Epic", _SCRUM_EPIC),
        WorkItemType("Feature", _SCRUM_EPIC),
        WorkItemType("Product Backlog Item", _SCRUM_ITEM),
        WorkItemType("Bug", _SCRUM_ITEM, _REPRO),
        WorkItemType("Task", _SCRUM_TASK),
        WorkItemType("Impediment", (("Open", IN_PROGRESS), ("Closed", COMPLETED))),
    ),
    "Basic": (WorkItemType("Epic", _BASIC), WorkItemType("Issue", _BASIC), WorkItemType("Task", _BASIC)),
    "CMMI": (
        WorkItemType("Epic", _CMMI),
        WorkItemType("Feature", _CMMI),
        WorkItemType("Requirement", _CMMI),
        WorkItemType("Bug", _CMMI, _REPRO),
        WorkItemType("Task", _CMMI),
        WorkItemType("Change Request", _CMMI),
    ),
}


def type_of(process: Process, name: str) -> WorkItemType | None:
    """Return the work item type *name* of *process*, in any case, or None."""
    return next((kind for kind in PROCESSES[process] if kind.name.lower() == name.lower()), None)
