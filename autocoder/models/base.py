"""The base class of all values, and the types that several of them share."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from autocoder.shared.outcomes import Outcome

RUN_ID = r"^[a-z0-9]{20}$"
DELIVERY_ID = r"^[0-9a-f]{64}$"
SHA = r"^[0-9a-f]{40}$"

MODEL = r"^[A-Za-z0-9][A-Za-z0-9._:/@\[\]-]{0,127}$"
ShortText = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Commands = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=2_000)], ...], Field(max_length=20)]
Globs = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(max_length=200)]

TEMPLATE = r"^[a-z0-9][a-z0-9-]{0,40}$"

RunId = Annotated[str, Field(pattern=RUN_ID)]
DeliveryId = Annotated[str, Field(pattern=DELIVERY_ID)]
Sha = Annotated[str, Field(pattern=SHA)]

Phase = Literal["queued", "preparing", "provisioning", "running", "verifying", "publishing", "reporting"]
Status = Literal[Phase, Outcome]


class Value(BaseModel):
    """A frozen value. Its JSON is camelCase.

    A field that is not known is left out, because another version of the app may have written it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)
