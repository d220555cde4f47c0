import pytest

from emulators.bench.cost import requests_of
from emulators.bench.counting.access_logs import Traffic, read
from emulators.platform.running import STORAGE
from emulators.ports import AZURE_DEVOPS, AZURE_RESOURCE_MANAGER, IDENTITY
from tests.emulators.running import running

TIME = "127.0.0.1 - - [29/Nov/2026:21:34:27 +0000]"
AZURITE = f"""\
Azurite Table service is successfully listening at https://127.0.0.1:7079
{TIME} "PATCH /devstoreaccount1/runs(PartitionKey='run-0k3',RowKey='r') HTTP/1.1" 204 -
{TIME} "PUT /devstoreaccount1/runs/r/result.json?sv=2026-10-06&sig=c2lnbmVk HTTP/1.1" 201 -
{TIME} "GET /devstoreaccount1/claims()?$filter=key%20eq%20%27sig%27 HTTP/1.1" 200 12
"""
GIT = "/fabrikam/Fabrikam/_git/small"
AZURE_DEVOPS_LOG = f"""\
{TIME} "GET {GIT}/info/refs?service=git-upload-pack HTTP/1.1" 200 10
{TIME} "POST {GIT}/git-upload-pack HTTP/1.1" 200 10
{TIME} "POST {GIT}/git-receive-pack HTTP/1.1" 200 10
{TIME} "POST /_control/pats HTTP/1.1" 200 10
"""


def test_tells_the_requests_of_the_app_from_those_of_containers_and_from_control():
    logs = {STORAGE: AZURITE, AZURE_DEVOPS.name: AZURE_DEVOPS_LOG, AZURE_RESOURCE_MANAGER.name: ""}
    traffic = Traffic({name: read(text) for name, text in logs.items()})
    assert requests_of(traffic) == (2, 1, 1, 2, 0)


@pytest.mark.parametrize("option", [[], ["--access-log"]])
def test_an_emulator_logs_its_requests_if_asked(tmp_path, option):
    import httpx

    with running(IDENTITY.name, tmp_path, *option) as emulator:
        httpx.get(f"{emulator.url}/msi/token?resource=x", trust_env=False)
        emulator.process.terminate()
        requests = read(emulator.process.stdout.read())
    assert [request.path for request in requests] == ["/msi/token"] * len(option)
