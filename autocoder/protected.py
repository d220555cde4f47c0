"""What an agent may not change unless the team allows it: globs as `autocoder.policy` reads them.

Whoever opens the branch, and the next run, would act by these files without having looked at them.
"""

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
