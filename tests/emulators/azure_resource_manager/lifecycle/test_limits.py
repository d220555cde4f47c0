import pytest
from azure.core.exceptions import HttpResponseError

from tests.emulators.azure_resource_manager.bodies import container, group, pair
from tests.emulators.running import error_of


def test_tells_how_much_of_a_region_is_used(groups):
    groups.put("used", pair("sleep 600"))
    groups.running("used")
    usages = {
        one.name.value: one for one in groups.client.location.list_usage("West Europe".replace(" ", ""))
    }
    assert (usages["ContainerGroups"].current_value, usages["ContainerGroups"].limit) == (1, 100)
    assert usages["StandardCores"].current_value == 1


def test_refuses_a_group_beyond_the_quota(groups):
    groups.control.limit(cores=1)
    try:
        with pytest.raises(HttpResponseError, match="StandardCores") as raised:
            groups.put("large", group(container("agent", "true", cpu=2)))
    finally:
        groups.control.limit(cores=100)
    assert error_of(raised)["code"] == "ContainerGroupQuotaReached"


def test_creates_beyond_the_window_must_wait(groups):
    groups.control.limit(perFiveMinutes=0)
    try:
        with pytest.raises(HttpResponseError) as raised:
            groups.put("throttled", pair("true"))
    finally:
        groups.control.limit(perFiveMinutes=10000)
    assert raised.value.status_code == 429
    assert int(raised.value.response.headers["Retry-After"]) > 0
