"""Identities as they appear in answers.

https://learn.microsoft.com/rest/api/azure/devops/graph
"""

from emulators.azure_devops.core.state import JSON, Identity


def identity_ref(url: str, identity: Identity) -> JSON:
    """Return an identity reference; *url* is the organisation's address."""
    avatar = f"{url}/_apis/GraphProfile/MemberAvatars/{identity.subject}"
    reference: JSON = {
        "displayName": identity.display_name,
        "url": f"{url}/_apis/Identities/{identity.id}",
        "_links": {"avatar": {"href": avatar}},
        "id": identity.id,
        "uniqueName": identity.unique_name,
        "imageUrl": avatar,
        "descriptor": identity.subject,
    }
    if identity.kind == "group":
        reference["isContainer"] = True
    return reference


def reviser(url: str, identity: Identity) -> JSON:
    """Return an identity as the `revisedBy` of a work item update: with `name` as well."""
    return {"name": identity.signature, **identity_ref(url, identity)}
