"""Take a delivery: start the run that it asks for, unless it is a repeat or another run is in its way."""

from concurrent.futures import ThreadPoolExecutor

from activities.activity import Start, activity_in
from activities.parts.acceptance import Acceptance, Accepted, Active, Duplicate, StartRequest
from autocoder.agents import agents
from autocoder.clients.connect import Clients, clients
from autocoder.errors import AutocoderError
from autocoder.requests.delivery import Delivery, DeliveryOutcome, asked_for
from autocoder.requests.service_hook import RunTrigger, Skip
from autocoder.runs.claims import CHANGE, CONTENT, DELIVERY, delivery_claims
from autocoder.settings import settings

# Deliveries come by the hundred, and nobody waits for their runs to the second. Each thread that works makes
# the answers to the next deliveries later, because only one at a time has the interpreter.
MAX_AT_ONCE = 2
TAKING = ThreadPoolExecutor(MAX_AT_ONCE, thread_name_prefix="taking")
REPEATS = {
    DELIVERY: "this delivery was already accepted",
    CHANGE: "this change of the work item was already accepted",
    CONTENT: "a run was already started for this content",
}


@activity_in(TAKING)
def accept_delivery(delivery: Delivery, start: Start) -> DeliveryOutcome:
    """Return what came of *delivery*; taking it again starts no second run."""
    trigger, connected = delivery.trigger, clients()
    request = asked_for(trigger, settings(), agents(), _own_id(connected, trigger))
    if isinstance(request, Skip):
        return DeliveryOutcome(status="skipped", reason=request.reason, code=request.code)
    claims = delivery_claims(trigger, request, settings().dedup_window_seconds)
    accepted = Acceptance.of(connected).accept(StartRequest(request, claims), delivery.run_id)
    if accepted.starts:
        start(accepted.run_id)
    return _outcome(accepted)


def _own_id(connected: Clients, trigger: RunTrigger) -> str | None:
    """Return the id of the app's identity in the trigger's organisation, None when it cannot be had now."""
    is_ours = trigger.organization.casefold() == settings().organization.casefold()
    if trigger.requester_id is None or not is_ours:
        return None
    try:
        return connected.own_id(trigger.organization)
    except AutocoderError:
        return None


def _outcome(accepted: Accepted) -> DeliveryOutcome:
    if isinstance(accepted, Duplicate):
        return DeliveryOutcome(status="duplicate", reason=REPEATS[accepted.kind], run_id=accepted.run_id)
    if isinstance(accepted, Active):
        reason = "a run is already in progress; wait for it or cancel it, then set the tag again"
        return DeliveryOutcome(status="skipped", reason=reason, code="run_active", run_id=accepted.run_id)
    return DeliveryOutcome(status="started", run_id=accepted.run_id)
