"""The errors of Azure DevOps: status, message and type exactly as clients receive them.

The body is that of a wrapped exception; people search for its numbers (`TF...`, `VS...`).
https://learn.microsoft.com/rest/api/azure/devops
https://learn.microsoft.com/azure/devops/integrate/concepts/rest-api-versioning
"""

from typing import Any

GIT = "Microsoft.TeamFoundation.Git.Server"
WORK_ITEMS = "Microsoft.TeamFoundation.WorkItemTracking.Server"
SOURCE_CONTROL = "Microsoft.TeamFoundation.SourceControl.WebServer"
FRAMEWORK = "Microsoft.TeamFoundation.Framework.Server"
WEB_API = "Microsoft.VisualStudio.Services.WebApi"
COMMON = "Microsoft.VisualStudio.Services.Common"
HOOKS = "Microsoft.VisualStudio.Services.ServiceHooks.WebApi"
PROJECTS = "Microsoft.TeamFoundation.Core.WebApi"
EXTENSIONS = "Microsoft.VisualStudio.Services.ExtensionManagement.WebApi"


class VssError(Exception):
    """An answer that is an error: HTTP status and the fields of the JSON body."""

    def __init__(
        self,
        status: int,
        message: str,
        key: str,
        namespace: str,
        *,
        event: int = 3000,
        inner: str = "",
        assembly: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.key = key
        self.namespace = namespace
        self.event = event
        self.inner = inner
        self.assembly = assembly or namespace

    def body(self) -> dict[str, Any]:
        """Return the JSON that goes over the wire."""
        name = f"{self.namespace}.{self.inner}{self.key}, {self.assembly}"
        return {
            "$id": "1",
            "innerException": None,
            "message": self.message,
            "typeName": name,
            "typeKey": self.key,
            "errorCode": 0,
            "eventId": self.event,
        }


def not_covered(operation: str, what: str = "") -> VssError:
    """501: an operation, or *what* of it, that the real service has and this emulator does not."""
    subject = f"{what} of {operation}" if what else operation
    message = f"The emulated Azure DevOps does not cover {subject}. See emulators/coverage/azure_devops.md."
    return VssError(501, message, "NotCoveredByEmulatorException", "Emulator")


def unauthorized(name: str = "") -> VssError:
    """401: no credential, or an invalid or expired one."""
    message = f"TF400813: The user '{name}' is not authorized to access this resource."
    return VssError(401, message, "UnauthorizedRequestException", FRAMEWORK)


def access_denied(message: str) -> VssError:
    """403: the identity may not do that (outside Git)."""
    return VssError(403, message, "AccessCheckException", FRAMEWORK)


def git_permission(permission: str, identity: str, scope: str = "repository") -> VssError:
    """403 TF401027: a Git permission is missing."""
    return VssError(403, git_permission_text(permission, identity, scope), "GitNeedsPermissionException", GIT)


def git_permission_text(permission: str, identity: str, scope: str) -> str:
    """Return the text of TF401027, which `git push` shows as well."""
    return (
        f"TF401027: You need the Git '{permission}' permission to perform this action. "
        f"Details: identity '{identity}', scope '{scope}'."
    )


def version_missing(method: str) -> VssError:
    """400: a request that changes something must name its API version."""
    message = (
        f'No api-version was supplied for the "{method}" request. The version must be supplied either as '
        'part of the Accept header (e.g. "application/json; api-version=1.0") or as a query parameter '
        '(e.g. "?api-version=1.0").'
    )
    return VssError(400, message, "VssVersionNotSpecifiedException", WEB_API)


def version_is_preview(version: str) -> VssError:
    """400: the resource exists only as a preview in that version."""
    message = (
        f'The requested version "{version}" of the resource is under preview. The -preview flag must be '
        f'supplied in the api-version for such requests. For example: "{version}-preview"'
    )
    return VssError(400, message, "VssInvalidPreviewVersionException", WEB_API)


def version_out_of_range(version: str, latest: str) -> VssError:
    """400: the service does not have this version."""
    message = (
        f"The requested REST API version of {version} is out of range for this server. "
        f"The latest REST API version this server supports is {latest}."
    )
    return VssError(400, message, "VssVersionOutOfRangeException", WEB_API)


def content_type_refused(given: str, method: str, wanted: str) -> VssError:
    """415: the resource does not accept the declared type of the body."""
    message = (
        f'The request indicated a Content-Type of "{given}" for method type "{method}" which is not '
        f"supported. Valid content types for this method are: {wanted}."
    )
    return VssError(415, message, "VssRequestContentTypeNotSupportedException", WEB_API)


def no_controller(path: str) -> VssError:
    """404: the route does not exist."""
    message = f"The controller for path '{path}' was not found or does not implement IController."
    return VssError(404, message, "HttpException", "System.Web", event=0)


def method_refused(method: str) -> VssError:
    """405: the route exists, but not for that method."""
    message = f"The requested resource does not support http method '{method}'."
    return VssError(405, message, "VssServiceException", COMMON)


def invalid_value(message: str) -> VssError:
    """400: a value that Git or a pull request does not accept."""
    return VssError(400, message, "InvalidArgumentValueException", SOURCE_CONTROL, event=0)


def argument(message: str, name: str) -> VssError:
    """400: an argument is missing or wrong."""
    text = f"{message}\r\nParameter name: {name}"
    return VssError(400, text, "VssPropertyValidationException", WEB_API)


def expand_with_fields() -> VssError:
    """400: a request for work items has both `fields` and `$expand`."""
    message = "The expand parameter can not be used with the fields parameter."
    return VssError(400, message, "ConflictingParametersException", WORK_ITEMS, event=3200)


def bad_patch() -> VssError:
    """400: the body is not a patch document."""
    message = "You must pass a valid patch document in the body of the request."
    return VssError(400, message, "VssPropertyValidationException", WEB_API)


def too_large(limit: int) -> VssError:
    """400: the body exceeds the limit of the REST API."""
    return invalid_value(
        f"The maximum request size of {limit} bytes was exceeded.\r\nParameter name: contentStream"
    )


def project_missing(name: str) -> VssError:
    """404 TF200016: the project does not exist."""
    message = (
        f"TF200016: The following project does not exist: {name}. Verify that the name of the project is "
        "correct and that the project exists on the specified Azure DevOps Server."
    )
    return VssError(404, message, "ProjectDoesNotExistWithNameException", PROJECTS)


def repository_missing(name: str) -> VssError:
    """404 TF401019: the repository does not exist, or the identity may not see it."""
    message = (
        f"TF401019: The Git repository with name or identifier {name} does not exist or you do not have "
        "permissions for the operation you are attempting."
    )
    return VssError(404, message, "GitRepositoryNotFoundException", GIT)


def work_item_missing(number: object) -> VssError:
    """404 TF401232: the work item does not exist, or the identity may not see it."""
    message = f"TF401232: Work item {number} does not exist, or you do not have permissions to read it."
    return VssError(404, message, "WorkItemUnauthorizedAccessException", WORK_ITEMS, event=3200)


def test_failed(path: str, actual: object, wanted: object) -> VssError:
    """412 VS403351: a `test` operation of a patch failed."""
    values = f"value {actual} was not equal to test value {wanted}"
    message = f"VS403351: Test Operation for path {path} failed, {values}."
    return VssError(412, message, "TestPatchOperationFailedException", WEB_API, inner="Patch.")


def rule_broken(message: str) -> VssError:
    """400: a rule of the work item type does not allow the value."""
    return VssError(400, message, "RuleValidationException", WORK_ITEMS, event=3200)


def field_missing(name: str) -> VssError:
    """400 TF51535: the organisation has no field with this name."""
    kind = "WorkItemTrackingFieldDefinitionNotFoundException"
    return VssError(400, f"TF51535: Cannot find field {name}.", kind, WORK_ITEMS, event=3200)


def field_rule(field: str, code: str) -> VssError:
    """400 TF401320: a value breaks a rule of its field; *code* names the rule."""
    return rule_broken(f"TF401320: Rule Error for field {field}. Error code: {code}.")


def missing(message: str, key: str, namespace: str, *, assembly: str = "") -> VssError:
    """404 with its own message."""
    return VssError(404, message, key, namespace, assembly=assembly)


def conflict(message: str, key: str, namespace: str) -> VssError:
    """409 with its own message."""
    return VssError(409, message, key, namespace)
