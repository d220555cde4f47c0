"""A deployment in each phase of a run, of an app whose orchestrations call renamed activities."""

from tests.deployments import IN_EACH_PHASE, MARKS, with_other_names

pytestmark = MARKS


@IN_EACH_PHASE
def test_a_run_goes_on_with_other_names(deployed, phase):
    deployed.goes_on(phase, with_other_names)
