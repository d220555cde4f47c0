"""Merges pull requests: an attempt after every push, and the completion.

As in the service, the attempt runs after the answer, in which `mergeStatus` is `queued`.
https://learn.microsoft.com/rest/api/azure/devops/git/pull-requests/update
"""

import asyncio

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.services import Hooks
from emulators.azure_devops.core.state import JSON, Identity, Repository, State, new_id, now
from emulators.azure_devops.policy import models as policies
from emulators.azure_devops.pull_requests import events
from emulators.azure_devops.pull_requests import models as pull_requests
from emulators.azure_devops.pull_requests.merge_commits import Merge, write_own_ref
from emulators.azure_devops.storage import git_commands as git
from emulators.azure_devops.storage.git_objects import Objects, read_ref


class Merging:
    """The attempts to merge, which run in the background."""

    def __init__(self, state: State, hooks: Hooks, objects: Objects) -> None:
        self._state = state
        self._objects = objects
        self._hooks = hooks
        self._tasks: set[asyncio.Task[None]] = set()

    def schedule(self, number: int, url: str) -> None:
        """Schedule an attempt to merge a pull request; returns at once."""
        task = asyncio.get_running_loop().create_task(self._attempt(number, url))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def resume(self, url: str) -> None:
        """Attempt the merges that an earlier process left queued."""
        for pull_request in self._state.store.all("pull_request"):
            if pull_request["status"] == "active" and pull_request["mergeStatus"] == "queued":
                organization = self._state.project_of(pull_request["project"]).organization
                self.schedule(pull_request["id"], f"{url}/{organization}")

    async def close(self) -> None:
        """Cancel the attempts; the next start resumes them."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _attempt(self, number: int, url: str) -> None:
        state = self._state
        pull_request = pull_requests.find(state, number)
        repository = pull_requests.repository_of(state, pull_request)
        path = state.path_of(repository)
        source, target = (read_ref(path, pull_request[name]) for name in ("source", "target"))
        if source is None or target is None or pull_request["status"] != "active":
            return
        merge = Merge(self._objects, path, source, target, self._author(pull_request["by"]))
        commit = await merge.attempt(_title(pull_request))
        if commit is not None:
            write_own_ref(path, f"refs/pull/{number}/merge", commit)
        pull_request = pull_requests.find(state, number)
        if pull_request["status"] != "active":
            return
        result = {
            "mergeStatus": "succeeded" if commit else "conflicts",
            "lastSource": source,
            "lastTarget": target,
            "lastMerge": commit,
            "mergeId": new_id(),
        }
        pull_request = pull_requests.save(state, {**pull_request, **result})
        self._publish(url, pull_request, "git.pullrequest.merged", "has created a pull request merge commit")
        await self._complete_by_itself(repository, pull_request, url)

    async def _complete_by_itself(self, repository: Repository, pull_request: JSON, url: str) -> None:
        setter = pull_request["autoCompleteSetBy"]
        ready = setter and not pull_request["draft"] and pull_request["mergeStatus"] == "succeeded"
        if ready and not policies.lacking(self._state, repository, pull_request):
            await self.complete(pull_request, setter, url)

    async def complete(self, pull_request: JSON, by: str, url: str) -> JSON:
        """Merge a pull request into its target; raises 409 when it conflicts or a branch has moved."""
        state = self._state
        repository = pull_requests.repository_of(state, pull_request)
        path = state.path_of(repository)
        source, target = (read_ref(path, pull_request[name]) for name in ("source", "target"))
        if source is None or target is None:
            raise pull_requests.branch_gone()
        options = pull_request["completionOptions"] or {"mergeStrategy": "noFastForward"}
        merge = Merge(self._objects, path, source, target, self._author(by))
        commit = await _merged(merge, pull_request, options)
        is_protected = policies.is_protected(state, repository, pull_request["source"])
        if options.get("deleteSourceBranch") is True and not is_protected:
            await git.update_ref(path, pull_request["source"], git.ZERO, source)
        end = {
            "status": "completed",
            "closed": now(),
            "closedBy": by,
            "queued": now(),
            "mergeStatus": "succeeded",
        }
        end |= {"lastSource": source, "lastTarget": target, "lastMerge": commit}
        pull_request = pull_requests.save(state, {**pull_requests.find(state, pull_request["id"]), **end})
        self._publish(
            url, pull_request, "git.pullrequest.updated", "marked the pull request as completed", by
        )
        self.branch_moved(repository, pull_request["target"], url)
        return pull_request

    def pushed(self, repository: Repository, ref: str, tip: str, by: Identity, url: str) -> None:
        """Add an iteration to each active pull request from *ref*, whose tip is now *tip*."""
        for pull_request in pull_requests.listed(self._state, [repository]):
            if pull_request["status"] == "active" and pull_request["source"] == ref:
                self._iterate(pull_request, tip, by, url)

    def _iterate(self, old: JSON, tip: str, by: Identity, url: str) -> None:
        number = len(old["iterations"]) + 1
        step = pull_requests.iteration(number, tip, old["lastTarget"], by, "push")
        changed = {
            "lastSource": tip,
            "mergeStatus": "queued",
            "mergeId": new_id(),
            "iterations": [*old["iterations"], step],
        }
        pull_request = pull_requests.save(self._state, {**old, **changed})
        event = events.pull_request_event(
            self._state,
            url,
            pull_request,
            by,
            kind="git.pullrequest.updated",
            words="updated the source branch of the pull request",
            notification="PushNotification",
        )
        self._hooks.publish(event)
        self.schedule(pull_request["id"], url)

    def branch_moved(self, repository: Repository, ref: str, url: str) -> None:
        """Retry the merge of every pull request into *ref*."""
        for other in pull_requests.listed(self._state, [repository]):
            if other["status"] == "active" and other["target"] == ref:
                self.schedule(other["id"], url)

    def policies_changed(self, number: int, url: str) -> None:
        """Check again whether the policies let a waiting pull request complete."""
        if pull_requests.find(self._state, number)["autoCompleteSetBy"]:
            self.schedule(number, url)

    def _author(self, identity_id: str) -> Identity:
        return self._state.identity(identity_id) or Identity(
            identity_id, "Azure DevOps", "noreply@dev.azure.com"
        )

    def _publish(self, url: str, pull_request: JSON, kind: str, words: str, by: str = "") -> None:
        who = self._author(by or pull_request["by"])
        notification = "StatusUpdateNotification"
        self._hooks.publish(
            events.pull_request_event(
                self._state, url, pull_request, who, kind=kind, words=words, notification=notification
            )
        )


def _title(pull_request: JSON) -> str:
    source, target = (pull_request[name].removeprefix("refs/heads/") for name in ("source", "target"))
    return f"Merge pull request {pull_request['id']} from {source} into {target}"


async def _merged(merge: Merge, pull_request: JSON, options: JSON) -> str:
    """Merge into the target and return its new tip; raises 409 for conflicts or a moved branch."""
    default = f"Merged PR {pull_request['id']}: {pull_request['title']}"
    commit = await merge.complete(options, str(options.get("mergeCommitMessage") or default))
    if commit is None:
        message = "TF402360: The pull request has merge conflicts and cannot be completed."
        raise errors.conflict(message, "GitPullRequestNotMergeableException", errors.GIT)
    try:
        await git.update_ref(merge.path, pull_request["target"], commit, merge.target)
    except git.GitError:
        message = "TF401192: The target branch has been modified since the last merge attempt."
        raise errors.conflict(message, "GitPullRequestStaleException", errors.GIT) from None
    return commit
