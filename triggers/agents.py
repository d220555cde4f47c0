"""`GET /api/agents`: the available agents."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from autocoder.agents import Agent, agents
from autocoder.clients.connect import clients
from autocoder.settings import settings
from triggers.answers import answer, guarded

blueprint = df.Blueprint()


@blueprint.route(route="agents", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def list_agents(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (the binding's name)
    """List the agents with their models and defaults, whether each is available, and why not."""
    known = agents().values()
    states = await asyncio.gather(*(asyncio.to_thread(secret_state, agent) for agent in known))
    value = [_view(agent, state) for agent, state in zip(known, states, strict=True)]
    return answer(200, {"count": len(value), "default": settings().default_agent, "value": value})


def secret_state(agent: Agent) -> str:
    """Return the state of the agent's key: `present`, `missing`, or `forbidden` to the app's identity."""
    return clients().vault.look_up(agent.secret).state


def unavailable_reason(agent: Agent, state: str) -> str:
    """Return why *agent*, whose secret is in *state*, is not available; empty when it is."""
    if state != "present":
        return (
            f"Key Vault has no secret {agent.secret}, or the app may not read it. "
            "Add the secret, or let the app's identity read it."
        )
    return agent.missing_upstream(settings().model_upstreams)


def _view(agent: Agent, state: str) -> dict[str, object]:
    reason = unavailable_reason(agent, state)
    return {
        "agentType": agent.type,
        "name": agent.name,
        "description": agent.description,
        "defaultModel": agent.default_model,
        "models": list(agent.models),
        "provider": agent.provider,
        "secret": agent.secret,
        "secretState": state,
        "available": not reason,
        "reason": reason,
        "isDefault": agent.type == settings().default_agent,
    }
