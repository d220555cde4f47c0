"""`GET /api/health`: whether the app is up and its settings are valid. It uses no credentials."""

import azure.durable_functions as df
import azure.functions as func

from autocoder.models import HealthAnswer
from autocoder.settings import settings
from triggers.answers import answer, guarded
from triggers.operations import Operation, operation

blueprint = df.Blueprint()


@operation(Operation(tag="app", answers={200: (HealthAnswer,)}))
@blueprint.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@guarded
async def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (the binding's name)
    """Return 200 when the settings are valid, else 503 with every mistake."""
    settings()
    return answer(200, HealthAnswer(status="ok"))
