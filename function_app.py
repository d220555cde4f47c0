"""The functions app: registers the blueprints of triggers, orchestrators and activities."""

import logging

import azure.durable_functions as df
import azure.functions as func

from activities import (
    add_to_pull_request,
    conclude_run,
    create_container_group,
    create_pull_request,
    delete_container_group,
    finish_run,
    observe_run,
    prepare_run,
    publish_change,
    report_run,
    suspend_run,
)
from activities.deliveries import accept_delivery
from autocoder.settings import SettingsError, settings
from orchestrators import run_agent, take_delivery
from triggers import agents, callback, doctor, health, openapi, runs
from triggers.boards import choices as boards_choices
from triggers.boards import runs as boards_runs
from triggers.hooks import deliveries, service_hook, subscriptions
from triggers.timers import janitor, resume_runs

TRIGGERS = (
    agents,
    boards_choices,
    boards_runs,
    callback,
    deliveries,
    doctor,
    health,
    janitor,
    openapi,
    resume_runs,
    runs,
    service_hook,
    subscriptions,
)
ORCHESTRATORS = (run_agent, take_delivery)
ACTIVITIES = (
    accept_delivery.accept_delivery,
    add_to_pull_request.add_to_pull_request,
    conclude_run.conclude_run,
    create_container_group.create_container_group,
    create_pull_request.create_pull_request,
    delete_container_group.delete_container_group,
    finish_run.finish_run,
    observe_run.observe_run,
    prepare_run.prepare_run,
    publish_change.publish_change,
    report_run.report_run,
    suspend_run.suspend_run,
)

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
for part in (*TRIGGERS, *ORCHESTRATORS, *ACTIVITIES):
    app.register_functions(part.blueprint)

try:
    settings()
except SettingsError as error:  # the app starts anyway, so that every response can say what is wrong
    logging.getLogger("autocoder").critical("%s", error)
