"""`GET /api/agents`: the available agents."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from autocoder.agents import Agent, agents
from autocoder.clients.connect import clients
from autocoder.models import AgentEntry, AgentList, SecretState
from autocoder.settings import settings
from triggers.answers import answer, guarded
from triggers.operations import Operation, operation

blueprint = df.Blueprint()


@operation(Operation(tag="app", answers={200: (AgentList,)}))
@blueprint.route(route="agents", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def list_agents(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (the binding's name)
    """List the agents with their models and defaults, whether each is available, and why not."""
    return await agent_list()


async def agent_list() -> func.HttpResponse:
    """Return the response with all agents."""
    known = agents().values()
    states = await asyncio.gather(*(asyncio.to_thread(secret_state, agent) for agent in known))
    value = tuple(_entry(agent, state) for agent, state in zip(known, states, strict=True))
    return answer(200, AgentList(count=len(value), default=settings().default_agent, value=value))


def secret_state(agent: Agent) -> SecretState:
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


def _entry(agent: Agent, state: SecretState) -> AgentEntry:
    reason = unavailable_reason(agent, state)
    return AgentEntry(
        agent_type=agent.type,
        name=agent.name,
        description=agent.description,
        default_model=agent.default_model,
        models=tuple(agent.models),
        provider=agent.provider,
        secret=agent.secret,
        secret_state=state,
        available=not reason,
        reason=reason,
        is_default=agent.type == settings().default_agent,
    )
