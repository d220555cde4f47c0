"""A deployment in each phase of a run, of an app whose orchestrations have one step less in each chain."""

from tests.deployments import IN_EACH_PHASE, MARKS, with_a_step_less

pytestmark = MARKS


@IN_EACH_PHASE
def test_a_run_goes_on_with_a_step_less(deployed, phase):
    deployed.goes_on(phase, with_a_step_less)
