"""`GET /api/hooks/subscriptions`: the service hook subscriptions that the app needs in each project."""

import azure.durable_functions as df
import azure.functions as func

from autocoder.models import HookConsumerInputs, HookSubscription, HookSubscriptionList
from autocoder.requests.service_hook import EVENTS, RESOURCE_VERSION
from autocoder.settings import settings
from triggers.answers import answer, guarded
from triggers.hooks.service_hook import ROUTE
from triggers.operations import ROUTE_PREFIX, Operation, operation

blueprint = df.Blueprint()
USER = "autocoder"  # of the Basic credentials; the app checks the password alone


@operation(Operation(tag="hooks", answers={200: (HookSubscriptionList,)}))
@blueprint.route(route="hooks/subscriptions", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def list_hook_subscriptions(
    req: func.HttpRequest,  # noqa: ARG001  (the binding's name)
) -> func.HttpResponse:
    """List the service hook subscriptions to create in each project, without key and password."""
    value = subscriptions(settings().public_url)
    return answer(200, HookSubscriptionList(count=len(value), value=value))


def subscriptions(public_url: str) -> tuple[HookSubscription, ...]:
    """Return the subscriptions to create in each project, for the app at *public_url*.

    https://learn.microsoft.com/rest/api/azure/devops/hooks/subscriptions/create
    """
    inputs = HookConsumerInputs(
        url=f"{public_url}{ROUTE_PREFIX}/{ROUTE}",
        basic_auth_username=USER,
        resource_details_to_send="all",
        messages_to_send="none",
        detailed_messages_to_send="none",
    )
    return tuple(
        HookSubscription(
            event_type=event,
            resource_version=RESOURCE_VERSION,
            publisher_id="tfs",
            consumer_id="webHooks",
            consumer_action_id="httpRequest",
            publisher_inputs={},
            consumer_inputs=inputs,
            description=name,
        )
        for event, name in EVENTS.items()
    )
