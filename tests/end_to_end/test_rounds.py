"""A run that goes on in another round: a container group of its own, with files of its own."""

from azure.core.credentials import AzureNamedKeyCredential
from azure.data.tables import TableServiceClient, UpdateMode
from azure.storage.blob import ContainerClient

from autocoder.runs.next_step import ABSENCES, LAUNCHED_AT, LAUNCHES
from autocoder.runs.partitions import partition_of
from autocoder.runs.rows import RUNS
from emulators import azurite
from tests.containers.blobs import KEY


def begin_round(platform, run_id, number):
    """Write into the row of a run that it is in this round, for which nothing was done yet."""
    trust = {"connection_verify": platform.plan.trust()["SSL_CERT_FILE"]}
    credential = AzureNamedKeyCredential(azurite.ACCOUNT, KEY)
    columns = {"round": number, LAUNCHED_AT: "", LAUNCHES: 0, ABSENCES: 0}
    with TableServiceClient(
        azurite.table_url(platform.plan.base_port), credential=credential, **trust
    ) as tables:
        row = {"PartitionKey": partition_of(run_id), "RowKey": run_id, **columns}
        tables.get_table_client(RUNS).update_entity(row, UpdateMode.MERGE)


def files_of(platform, run_id):
    """The names of a run's blobs, without its id."""
    bundle = platform.plan.trust()["SSL_CERT_FILE"]
    url = azurite.blob_url(platform.plan.base_port)
    with ContainerClient(url, "runs", credential=KEY, connection_verify=bundle) as runs:
        return {name.removeprefix(f"{run_id}/") for name in runs.list_blob_names(name_starts_with=run_id)}


def test_a_run_whose_record_names_another_round_is_carried_through_that_one(case, quick):
    going_on = case("sleep 60").start()
    going_on.reached("running")
    groups = [f"autocoder-{going_on.run_id}-{number}" for number in (1, 2)]
    assert [name in quick.container_groups() for name in groups] == [True, False]
    quick.person.describe(going_on.item["id"], "<div>QUICK write notes.txt Hello</div>")
    begin_round(quick, going_on.run_id, 2)
    going_on.published_once()
    files = files_of(quick, going_on.run_id)
    whole = {"plan.json", "inputs.json", "attempt", "log.txt", "result.json", "changes.pack"}
    assert {f"2/{name}" for name in whole} | {"1/plan.json", "1/attempt"} <= files
    assert {name for name in files if "/" not in name} == {"request.json", "report.json"}
    assert not {"1/result.json", "1/changes.pack"} & files
