"""`GET /api/openapi.json`: the OpenAPI document of this app, generated from its routes and models."""

import azure.durable_functions as df
import azure.functions as func

from autocoder.models import OpenApiDocument
from triggers.answers import answer, guarded
from triggers.document import document
from triggers.operations import Operation, operation

blueprint = df.Blueprint()


@operation(Operation(tag="app", answers={200: (OpenApiDocument,)}))
@blueprint.route(route="openapi.json", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def openapi_document(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (the binding's name)
    """Return the OpenAPI document of all routes."""
    return answer(200, document())
