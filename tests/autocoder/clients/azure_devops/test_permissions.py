"""The entries of a repository's access control list for a person and every group of theirs."""

from tests.autocoder.clients.azure_devops.conftest import PROJECT


def test_reads_the_entries_of_more_groups_than_fit_a_query_string(devops, client, hosted):
    person = {"displayName": "Member Ofmany", "uniqueName": "member@example.com"}
    member = devops.control("identities", person)["id"]
    for number in range(30):
        name = f"[{PROJECT}]\\Team {number}"
        devops.control("identities", {"displayName": name, "kind": "group"})
        devops.control("memberships", {"identity": member, "group": name})
    project = devops.rest("GET", f"_apis/projects/{PROJECT}?api-version=7.1")["id"]
    grant = {"identity": name, "token": f"repoV2/{project}/{hosted.id}", "deny": 4}
    devops.control("permissions", grant)

    who = client.permissions.identity(member)
    entries = client.permissions.git_entries(project, hosted.id, who)

    assert len(who.groups) == 30
    assert len(entries) == 31
    assert sum(1 for entry in entries if entry.deny & 4) == 2  # of the person, and of the one group
