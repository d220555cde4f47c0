"""Azure DevOps as the caller sees it: three reads with the caller's own access token.

The token is used for these reads only. Errors carry no text of the service's answer, which could repeat it.

https://learn.microsoft.com/azure/devops/extend/develop/auth
"""

from dataclasses import dataclass
from typing import Any

from autocoder.clients.azure_devops.permissions import GIT_REPOSITORIES, git_token
from autocoder.clients.azure_devops.session import Session
from autocoder.errors import AutocoderError, Forbidden, InvalidArgument, NotFound, SignInRequired, Transient
from autocoder.requests.requesters import GENERIC_CONTRIBUTE
from autocoder.texts.markdown import one_line

MAX_NAME_LENGTH = 100
ANONYMOUS = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"  # of a request without a credential, in a public project


@dataclass(frozen=True, slots=True)
class Person:
    """The person to whom an access token belongs."""

    id: str
    name: str


@dataclass(frozen=True)
class Caller:
    """One organisation, read with the access token of a caller."""

    session: Session

    def person(self) -> Person | None:
        """Return who the caller is, or None when Azure DevOps does not accept the token.

        https://learn.microsoft.com/rest/api/azure/devops/ (`connectionData` is not documented there)
        """
        try:
            answer = self._ask("GET", "_apis/connectionData", version="7.1-preview.1")
        except (SignInRequired, Forbidden, NotFound, InvalidArgument):
            return None
        user = answer.get("authenticatedUser") if isinstance(answer, dict) else None
        number = user.get("id") if isinstance(user, dict) else None
        if not isinstance(user, dict) or not isinstance(number, str) or number.lower() in ("", ANONYMOUS):
            return None
        name = user.get("customDisplayName") or user.get("providerDisplayName") or ""
        return Person(number, one_line(str(name), MAX_NAME_LENGTH))

    def sees_work_item(self, project: str, number: int) -> bool | None:
        """Whether the caller may see a work item; None when Azure DevOps does not accept the token.

        https://learn.microsoft.com/rest/api/azure/devops/wit/work-items/get-work-item
        """
        query = {"fields": "System.Id"}
        try:
            answer = self._ask("GET", project, "_apis/wit/workitems", number, query=query)
        except SignInRequired:
            return None
        except (NotFound, Forbidden, InvalidArgument):
            return False
        return isinstance(answer, dict) and answer.get("id") == number

    def may_contribute(self, project_id: str, repository_id: str) -> bool | None:
        """Whether the caller may push to a repository; None when the API does not accept the token.

        https://learn.microsoft.com/rest/api/azure/devops/security/permissions/has-permissions-batch
        """
        evaluation = {
            "securityNamespaceId": GIT_REPOSITORIES,
            "token": git_token(project_id, repository_id),
            "permissions": GENERIC_CONTRIBUTE,
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
        except AutocoderError as error:
            message = f"Azure DevOps could not answer ({error.code})."
            raise Transient(message, next_step="Try again in a moment.") from None
