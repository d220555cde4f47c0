import pytest

from emulators.functions_host.errors import SettingsError
from emulators.functions_host.settings import (
    REDELIVERY_SETTING,
    WORKER_DEATHS_SETTING,
    allows_worker_deaths,
    apply_local_settings,
    redelivery_seconds,
)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ('{"Values": {"A": 1}}', "values must be strings: A"),
        ('{"IsEncrypted": true, "Values": {}}', "encrypted settings are not covered"),
        ('{"Values": {}, "ConnectionStrings": {}}', "not covered by this host: ConnectionStrings"),
        ("{}", '"Values" must be an object'),
        (None, "No such file"),
    ],
)
def test_refuses_bad_settings(tmp_path, settings, reason):
    file = tmp_path / "settings.json"
    if settings is not None:
        file.write_text(settings)
    with pytest.raises(SettingsError, match=reason):
        apply_local_settings(file, {})


@pytest.mark.parametrize(("text", "seconds"), [(None, 0), ("", 0), ("0.5", 0.5), ("300", 300)])
def test_interrupted_activities_run_again_at_once_unless_the_setting_says_otherwise(text, seconds):
    environment = {} if text is None else {REDELIVERY_SETTING: text}
    assert redelivery_seconds(environment) == seconds


@pytest.mark.parametrize("text", ["soon", "-1", "nan", "inf", "86401"])
def test_refuses_a_redelivery_setting_that_is_not_a_time(text):
    with pytest.raises(SettingsError, match="must be a number of seconds up to 86,400"):
        redelivery_seconds({REDELIVERY_SETTING: text})


@pytest.mark.parametrize("text", ["", "1", "True", "yes", "false"])
def test_only_one_word_lets_a_control_route_kill_the_worker(text):
    assert not allows_worker_deaths({WORKER_DEATHS_SETTING: text})
    assert not allows_worker_deaths({})
    assert allows_worker_deaths({WORKER_DEATHS_SETTING: "true"})
