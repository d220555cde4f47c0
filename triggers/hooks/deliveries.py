"""`/api/deliveries`: what came of the deliveries of service hooks that were accepted."""

import azure.durable_functions as df
import azure.functions as func

from autocoder.clock import days_ago
from autocoder.models import DeliveryList, DeliveryRecord
from autocoder.requests.query import DeliveryQuery
from autocoder.settings import settings
from triggers.answers import answer, error, guarded, query_of
from triggers.hooks.hub import FAILED, GOING_ON, find_delivery, found_deliveries, record_of
from triggers.operations import Operation, operation

blueprint = df.Blueprint()
STATUSES = {"failed": FAILED, "pending": GOING_ON}
LIST_DELIVERIES = Operation(
    tag="hooks", query=DeliveryQuery, answers={200: (DeliveryList,)}, errors={400: ("invalid_query",)}
)
SHOW_DELIVERY = Operation(tag="hooks", answers={200: (DeliveryRecord,)}, errors={404: ("unknown_delivery",)})


@operation(LIST_DELIVERIES)
@blueprint.route(route="deliveries", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@blueprint.durable_client_input(client_name="client")
@guarded
async def list_deliveries(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """List the deliveries that failed and are tried again, or with `status=pending` those under way."""
    statuses = STATUSES[query_of(req, DeliveryQuery).status]
    found = await found_deliveries(client, statuses, days_ago(settings().log_retention_days))
    value = tuple(record_of(one) for one in found)
    return answer(200, DeliveryList(count=len(value), value=value))


@operation(SHOW_DELIVERY)
@blueprint.route(route="deliveries/{deliveryId}", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@blueprint.durable_client_input(client_name="client")
@guarded
async def show_delivery(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Show what came of a delivery: the run that it started, or why it started none."""
    found = await find_delivery(client, req.route_params["deliveryId"])
    if found is None:
        message = "No delivery has this id, or it was deleted after LOG_RETENTION_DAYS."
        return error(404, "unknown_delivery", message)
    return answer(200, found)
