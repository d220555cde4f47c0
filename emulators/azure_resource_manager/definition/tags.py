"""Tags of a resource, with the limits of Azure Resource Manager.

https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations
"""

from collections.abc import Mapping

from emulators.azure_resource_manager.errors import invalid

MAX_TAGS = 50
MAX_NAME, MAX_VALUE = 512, 256
RESERVED = "<>%&\\?/"


def check_tags(tags: Mapping[str, str]) -> None:
    """Raise `ResourceManagerError` (400) with the first limit that *tags* exceed."""
    if len(tags) > MAX_TAGS:
        message = (
            f"Too many tags specified. Requested tag count - '{len(tags)}'. Maximum number of tags allowed - "
            f"'{MAX_TAGS}'."
        )
        raise invalid("TooManyTags", message)
    for name, value in tags.items():
        if any(sign in RESERVED or ord(sign) < 32 for sign in name):
            message = (
                f"The tag name '{name}' has reserved characters '{','.join(RESERVED)}' or control characters."
            )
            raise invalid("InvalidTagNameCharacters", message)
        if not 1 <= len(name) <= MAX_NAME:
            raise invalid("InvalidTagNameLength", _too_large("name", name, MAX_NAME))
        if len(value) > MAX_VALUE:
            raise invalid("InvalidTagValueLength", _too_large("value", value, MAX_VALUE))


def _too_large(part: str, text: str, allowed: int) -> str:
    return (
        f"Tag {part} too large.  Following tag {part} '{text}' exceeded the maximum length. Maximum allowed "
        f"length for tag {part} - '{allowed}' characters."
    )
