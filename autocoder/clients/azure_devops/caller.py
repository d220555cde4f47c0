"""Azure DevOps as the caller sees it: reads with the caller's own access token.

The token is used for these reads only. Errors carry no text of the service's answer, which could repeat it.

https://learn.microsoft.com/azure/devops/extend/develop/auth
"""

from dataclasses import dataclass
from typing import Any

from autocoder.clients.azure_devops.permissions import GIT_REPOSITORIES, git_token
from autocoder.clients.azure_devops.session import Session
from autocoder.errors import (
    AutocoderError,
    Forbidden,
    InvalidArgument,
    NotFound,
    RetryLater,
    SignInRequired,
    Transient,
)
from autocoder.texts.markdown import one_line

MAX_NAME_LENGTH = 100
ANONYMOUS = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"  # of a request without a credential, in a public project
NEXT_STEP = "Try again in a moment."


@dataclass(frozen=True, slots=True)
class Person:
    """The person to whom an access token belongs."""

    id: str
    name: str


@dataclass(frozen=True)
class Caller:
    """One organisation, read with the access token of a caller.

    Each read also raises `Transient` when Azure DevOps cannot answer.
    """

    session: Session

    def person(self) -> Person:
        """Return who the caller is. Raises `SignInRequired` when the token is refused, or belongs to nobody.

        https://learn.microsoft.com/rest/api/azure/devops/ (`connectionData` is not documented there)
        """
        try:
            answer = self._ask("GET", "_apis/connectionData", version="7.1-preview.1")
        except (Forbidden, NotFound, InvalidArgument):
            raise SignInRequired("Azure DevOps does not say who the caller is.") from None
        user = answer.get("authenticatedUser") if isinstance(answer, dict) else None
        number = user.get("id") if isinstance(user, dict) else None
        if not isinstance(user, dict) or not isinstance(number, str) or number.lower() in ("", ANONYMOUS):
            raise SignInRequired("Azure DevOps does not know the caller.")
        name = user.get("customDisplayName") or user.get("providerDisplayName") or ""
        return Person(number, one_line(str(name), MAX_NAME_LENGTH))

    def project_of(self, work_item_id: int) -> str | None:
        """Return the name of the project that a work item is in now; None if the caller may not see the item.

        The item is read without a project, because it may have moved to another one. Raises `SignInRequired`.
        https://learn.microsoft.com/rest/api/azure/devops/wit/work-items/get-work-item
        """
        query = {"fields": "System.TeamProject"}
        try:
            answer = self._ask("GET", "_apis/wit/workitems", work_item_id, query=query)
        except (NotFound, Forbidden, InvalidArgument):
            return None
        fields = answer.get("fields") if isinstance(answer, dict) else None
        if not isinstance(fields, dict) or answer.get("id") != work_item_id:
            return None
        project = fields.get("System.TeamProject")
        return project if isinstance(project, str) and project else None

    def sees_project(self, project: str) -> bool:
        """Whether the caller may see a project. Raises `SignInRequired` when the token is refused.

        https://learn.microsoft.com/rest/api/azure/devops/core/projects/get
        """
        try:
            answer = self._ask("GET", "_apis/projects", project)
        except (NotFound, Forbidden, InvalidArgument):
            return False
        return isinstance(answer, dict) and isinstance(answer.get("id"), str)

    def has_permission(self, project_id: str, repository_id: str, bit: int) -> bool | None:
        """Whether the caller has a permission on a repository; None when the API does not accept the token.

        https://learn.microsoft.com/rest/api/azure/devops/security/permissions/has-permissions-batch
        """
        evaluation = {
            "securityNamespaceId": GIT_REPOSITORIES,
            "token": git_token(project_id, repository_id),
            "permissions": bit,
        }
        body = {"alwaysAllowAdministrators": False, "evaluations": [evaluation]}
        try:
            answer = self._ask("POST", "_apis/security/permissionevaluationbatch", body=body)
        except (SignInRequired, Forbidden):
            return None
        except (NotFound, InvalidArgument):
            return False
        evaluations = answer.get("evaluations") if isinstance(answer, dict) else None
        if not isinstance(evaluations, list) or len(evaluations) != 1 or not isinstance(evaluations[0], dict):
            return False
        return evaluations[0].get("value") is True

    def _ask(self, method: str, *segments: str | int, **parts: Any) -> Any:
        try:
            return self.session.json(method, *segments, **parts)
        except (SignInRequired, Forbidden, NotFound, InvalidArgument):
            raise
        except RetryLater as error:
            message, seconds = "Azure DevOps is busy.", error.retry_after_seconds
            raise RetryLater(message, retry_after_seconds=seconds, next_step=NEXT_STEP) from None
        except AutocoderError as error:
            message = f"Azure DevOps could not answer ({error.code})."
            raise Transient(message, next_step=NEXT_STEP) from None
