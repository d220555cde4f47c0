"""Paths that an agent may not change unless the team allows it, as globs of `autocoder.shared.globs`.

These files take effect when a person opens the branch or the next run starts, before anyone reviews them.
"""

from collections.abc import Iterable

from autocoder.agents import Agent
from autocoder.models import PolicyRules, RepositorySettings

# Files that take effect when a person opens the branch in an editor, or commits to it.
EDITORS = (
    *(".vscode/", ".vs/", ".idea/", ".zed/", ".cursor/", ".cursorrules", ".windsurf/", "*.code-workspace"),
    *(".devcontainer/", ".devcontainer.json", ".envrc"),
    *(".husky/", ".githooks/", ".pre-commit-config.yaml", "lefthook.yml"),
)
DEFAULT_PROTECTED = (  # besides the agents' own files, from `containers/*/agent.toml`
    "/azure-pipelines*.yml",
    "/azure-pipelines*.yaml",
    "/.azure-pipelines/",
    "/.azuredevops/",
    "/.github/",
    "AGENTS.md",
    "CLAUDE.md",
    ".agents/",
    ".autocoder*",
    *EDITORS,
)


def policy_rules(team: RepositorySettings, known: Iterable[Agent]) -> PolicyRules:
    """Return the policy of a run, which the supervisor (through `run.json`) and the app both apply.

    The configuration of every *known* agent is protected: people and later runs may use another agent.
    """
    theirs = (glob for agent in known for glob in agent.protected)
    protected = tuple(dict.fromkeys((*DEFAULT_PROTECTED, *theirs, *team.protected)))
    return PolicyRules(protected=protected, allowed=team.allowed)
