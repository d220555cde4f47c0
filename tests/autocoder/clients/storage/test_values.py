"""Rows are the same for this client and for Microsoft's own, whatever is in their columns and keys."""

import datetime as dt

import pytest
from azure.core.credentials import AzureNamedKeyCredential
from azure.data.tables import EdmType, EntityProperty, TableServiceClient

from autocoder.clients.storage.values import literal, row_bytes
from autocoder.errors import InvalidArgument
from emulators.azurite import ACCOUNT, ACCOUNT_KEY

COLUMNS = {
    "text": "it's “quoted” \\ \n é 🎉",
    "empty": "",
    "yes": True,
    "no": False,
    "small": -5,
    "large": 1 << 40,
}
KEYS = ["plain", "it's", "''", "a b", "100%", "%27", "a+b&c=d", "é🎉", "(x,y)", "a,RowKey='b"]


@pytest.fixture(scope="module")
def tables(storage):
    return storage.clients().tables


@pytest.fixture(scope="module")
def theirs(storage, tables):
    service = TableServiceClient(
        storage.settings["TABLE_URL"],
        credential=AzureNamedKeyCredential(ACCOUNT, ACCOUNT_KEY),
        connection_verify=storage.bundle,
    )
    tables.insert("values", "p", "first", {})
    return service.get_table_client("values")


def test_a_row_comes_back_as_it_was_written(tables):
    assert tables.insert("values", "p", "typed", COLUMNS)
    row = tables.get("values", "p", "typed")
    assert {name: row[name] for name in COLUMNS} == COLUMNS
    assert [type(row[name]) for name in COLUMNS] == [type(value) for value in COLUMNS.values()]
    assert set(row) - set(COLUMNS) == {"PartitionKey", "RowKey", "etag"}


def test_microsofts_client_reads_what_was_written(tables, theirs):
    tables.insert("values", "p", "for them", COLUMNS)
    row = theirs.get_entity("p", "for them")
    assert row.pop("large") == EntityProperty(1 << 40, EdmType.INT64)
    assert {name: row[name] for name in COLUMNS if name != "large"} == {
        name: value for name, value in COLUMNS.items() if name != "large"
    }


def test_reads_what_microsofts_client_has_written(tables, theirs):
    given = {**COLUMNS, "large": EntityProperty(1 << 40, EdmType.INT64)}
    theirs.create_entity({**given, "PartitionKey": "p", "RowKey": "of them"})
    row = tables.get("values", "p", "of them")
    assert {name: row[name] for name in COLUMNS} == COLUMNS
    assert row["etag"] == theirs.get_entity("p", "of them").metadata["etag"]


@pytest.mark.parametrize("key", KEYS)
def test_a_row_is_found_by_any_key(tables, theirs, key):
    assert tables.insert("values", key, key, {"name": key})
    assert not tables.insert("values", key, key, {"name": key})
    assert tables.get("values", key, key)["RowKey"] == key
    assert theirs.get_entity(key, key)["name"] == key
    assert [row["RowKey"] for row in tables.query("values", key, {"name": key})] == [key]
    assert tables.merge("values", key, key, {"n": 1}, tables.get("values", key, key))
    assert tables.delete("values", key, key)
    assert tables.get("values", key, key) is None


@pytest.mark.parametrize("name", ["text", "yes", "small", "large"])
def test_a_row_is_found_by_a_value_of_any_type(tables, name):
    tables.insert("filters", name, "same", COLUMNS)
    tables.insert("filters", name, "other", {})
    assert [row["RowKey"] for row in tables.query("filters", name, {name: COLUMNS[name]})] == ["same"]


def test_reads_the_selected_columns_alone(tables):
    tables.insert("filters", "selected", "r", COLUMNS)
    (row,) = tables.query("filters", "selected", {}, columns=["RowKey", "small"])
    assert (row["RowKey"], row["small"]) == ("r", -5)
    assert set(row) == {"RowKey", "small", "etag"}


def test_a_column_without_a_value_is_left_out():
    assert row_bytes({"a": None, "b": "x"}) == b'{"b":"x"}'


def test_values_of_types_that_the_app_does_not_write_keep_no_row_from_being_read(tables, theirs):
    given = {"ratio": 0.5, "time": dt.datetime(2026, 11, 30, tzinfo=dt.UTC), "data": b"x", "text": "y"}
    theirs.create_entity({**given, "PartitionKey": "p", "RowKey": "of others"})
    row = tables.get("values", "p", "of others")
    assert (row["text"], row["ratio"], row["time"][:19]) == ("y", 0.5, "2026-11-30T00:00:00")


@pytest.mark.parametrize("value", [[1], {}, object(), 1 << 63, 0.5, b"x", dt.datetime.now(dt.UTC)])
def test_refuses_values_that_a_table_cannot_hold(value):
    with pytest.raises(InvalidArgument):
        row_bytes({"n": value})
    with pytest.raises(InvalidArgument):
        literal(value)
