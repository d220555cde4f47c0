"""What an agent may not change unless the team allows it: globs as `autocoder.shared.policy` reads them.

Whoever opens the branch, and the next run, would act by these files without having looked at them.
"""

from collections.abc import Iterable

from autocoder.agents import Agent
from autocoder.models import PolicyRules, RepositorySettings

# What acts when a person opens the branch in an editor, or commits there.
EDITORS = (
    *(".vscode/", ".vs/", ".idea/", ".zed/", ".cursor/", ".cursorrules", ".windsurf/", "*.code-workspace"),
    *(".devcontainer/", ".devcontainer.json", ".envrc"),
    *(".husky/", ".githooks/", ".pre-commit-config.yaml", "lefthook.yml"),
)
DEFAULT_PROTECTED = (  # and what `containers/*/agent.toml` say that agents read
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
    """Return the policy of a run: for the supervisor through `run.json`, and for the app itself.

    What configures any of the *known* agents is protected, because people and later runs use other ones.
    """
    theirs = (glob for agent in known for glob in agent.protected)
    protected = tuple(dict.fromkeys((*DEFAULT_PROTECTED, *theirs, *team.protected)))
    return PolicyRules(protected=protected, allowed=team.allowed)
