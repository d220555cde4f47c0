import pytest

from autocoder.changes.objections import file_changes, lfs_globs, objections
from autocoder.changes.pack import open_pack
from autocoder.changes.protected import DEFAULT_PROTECTED, policy_rules
from autocoder.changes.trees import read_change
from autocoder.models import RepositorySettings
from autocoder.shared.policy import Rules
from tests.autocoder.changes.packs import Repo

SECRET = "wq8Zr3Lm5Tx7Vb2Np9Kd4Hs6"


class Repository(Repo):
    """A repository, and the objections to pushing a change on top of it."""

    def against(self, files: dict[str, str], rules=None, message="change", **options):
        new = self.commit({name: text.encode() for name, text in files.items()}, message)
        with open_pack(self.pack(new)) as opened:
            change = read_change(opened, new, self.base)
            self.files = file_changes(change, {"new.py": (1, 0)})
            given = {"before": lambda _: None, **options}
            return objections(opened, change, rules or Rules(protected=DEFAULT_PROTECTED), [SECRET], **given)


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path, {"README.md": b"Hello\n", "azure-pipelines.yml": b"steps: []\n"})


def test_an_ordinary_change_has_no_objections(repository):
    assert repository.against({"new.py": "x = 1\n"}) == []
    assert [(one.path, one.kind, one.added) for one in repository.files] == [("new.py", "added", 1)]


def test_a_protected_path_that_the_supervisor_did_not_withhold_is_refused(repository):
    assert repository.against({"azure-pipelines.yml": "steps: [script]\n"})


def test_a_secret_of_the_run_is_reported_by_place_and_never_shown(repository):
    (found,) = repository.against({"new.py": f"x = 1\ny = '{SECRET}'\n"})
    assert "new.py, line 2" in found
    assert SECRET not in found


def test_a_secret_in_the_commits_message_is_found(repository):
    (found,) = repository.against({"new.py": "x = 1\n"}, message=f"change {SECRET}")
    assert "message" in found


def rules_of(**team):
    return Rules.of(policy_rules(RepositorySettings(**team), []).model_dump(by_alias=True))


def test_the_team_can_allow_a_protected_path(repository):
    files = {"azure-pipelines.yml": "steps: [script]\n"}
    assert repository.against(files, rules_of(allowed=("/azure-pipelines.yml",))) == []


def test_the_team_can_protect_more_paths(repository):
    assert repository.against({"infra/main.bicep": "x\n"}, rules_of(protected=("infra/",)))


def test_a_file_kept_in_git_lfs_is_refused(repository):
    globs = lfs_globs("*.bin filter=lfs diff=lfs merge=lfs -text\n# *.py filter=lfs\n*.txt text\n")
    assert globs == ("*.bin",)
    (found,) = repository.against({"data/a.bin": "raw\n", "b.txt": "b\n"}, lfs=globs)
    assert "data/a.bin" in found
