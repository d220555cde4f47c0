"""What to do about a failure of the model, with the names that the containers do not know."""

from autocoder.models import AgentResult, Plan
from autocoder.repository_settings import PATH
from autocoder.shared.model_failures import BY_KIND

OF_KEY = ("key_refused", "no_credit")
OF_MODEL = ("model_unknown", "context_too_long", "content_refused", "rejected")
OF_ADDRESS = ("model_unknown", "network")


def explained(plan: Plan, result: AgentResult) -> AgentResult:
    """Return *result* with a reason that also says what to do about its cause, if it has one."""
    row = BY_KIND.get(result.cause)
    if row is None:
        return result
    reason = f"{result.reason.rstrip('.')}." if result.reason else row.text
    told = " ".join((reason, row.advice, *_names(plan, row.kind)))
    return result.model_copy(update={"reason": told})


def _names(plan: Plan, kind: str) -> list[str]:
    """Return where to look for what the advice names: the key's secret, the model, the address."""
    found = []
    if kind in OF_KEY and plan.secret:
        found.append(f"The key is in the secret {plan.secret} in Key Vault.")
    if kind in OF_MODEL:
        found.append(f"The model was {plan.model}, which {_chooser(plan)}.")
    if kind in OF_ADDRESS:
        found.append("The address is the agent's own, unless the setting MODEL_UPSTREAMS has another.")
    return found


def _chooser(plan: Plan) -> str:
    """Return what chose the run's model."""
    if plan.run.request.model:
        return "the request names"
    if plan.repository.settings.model == plan.model:
        return f"{PATH} names"
    return f"is the default of the agent {plan.agent_type}"
