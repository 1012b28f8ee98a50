"""Settings: what is missing or wrong is named, all at once, and the time-outs are in order."""

from __future__ import annotations

from pathlib import Path

import pytest
from orderhub.settings import (
    BALANCER_TIMEOUT,
    CLIENT_TIMEOUT,
    SettingsError,
    from_environment,
    read_secret,
)

LEAST = {
    "ORDERHUB_DATABASE_HOST": "db",
    "ORDERHUB_DATABASE_NAME": "orderhub",
    "ORDERHUB_DATABASE_USER": "app",
}


def test_the_least_that_must_be_said_is_where_the_database_is() -> None:
    settings = from_environment({**LEAST, "PATH": "/bin"})
    assert (settings.database_host, settings.database_port) == ("db", 5432)


def test_values_are_read_as_their_types() -> None:
    more = {
        "ORDERHUB_DATABASE_PORT": "6000",
        "ORDERHUB_ERP_TIMEOUT": "1.5",
        "ORDERHUB_READY_FILE": "/run/ready",
    }
    settings = from_environment({**LEAST, **more})
    assert (settings.database_port, settings.erp_timeout) == (6000, 1.5)
    assert settings.ready_file == Path("/run/ready")


def test_every_problem_is_told_at_once_with_the_variable_and_a_suggestion() -> None:
    wrong = {"ORDERHUB_DATABASE_HOST": "db", "ORDERHUB_DATABASE_PORT": "many", "ORDERHUB_DATABSE_USER": "app"}
    with pytest.raises(SettingsError) as caught:
        from_environment(wrong)
    assert sorted(str(caught.value).splitlines()) == [
        "ORDERHUB_DATABASE_NAME is not set",
        "ORDERHUB_DATABASE_PORT='many' is not a int",
        "ORDERHUB_DATABASE_USER is not set",
        "ORDERHUB_DATABSE_USER is not a setting; did you mean ORDERHUB_DATABASE_USER?",
    ]


def test_an_empty_value_is_not_taken_for_one() -> None:
    with pytest.raises(SettingsError, match="ORDERHUB_DATABASE_HOST=''"):
        from_environment({**LEAST, "ORDERHUB_DATABASE_HOST": ""})


def test_who_waits_longer_is_nearer_to_the_customer() -> None:
    settings = from_environment(LEAST)
    work = settings.database_pool_wait + settings.database_statement_timeout
    order = [CLIENT_TIMEOUT, BALANCER_TIMEOUT, settings.request_timeout, work]
    assert order == sorted(order, reverse=True)
    assert len(set(order)) == len(order)
    assert settings.database_lock_timeout < settings.database_statement_timeout


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REQUEST_TIMEOUT", "8"),
        ("REQUEST_TIMEOUT", "5.5"),
        ("DATABASE_STATEMENT_TIMEOUT", "4.5"),
        ("DATABASE_LOCK_TIMEOUT", "4"),
        ("DATABASE_POOL_MIN", "9"),
        ("DATABASE_POOL_MIN", "0"),
        ("ERP_ATTEMPTS", "0"),
        ("SIMULATOR_FAILURE_RATE", "1.1"),
        ("SIMULATOR_LOST_REPLY_RATE", "-0.1"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"ORDERHUB_{variable}"):
        from_environment({**LEAST, f"ORDERHUB_{variable}": value})


def test_a_secret_is_the_files_text_without_its_last_newline(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret \n")
    assert read_secret(tmp_path / "password") == "s3cret "


def test_a_secret_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot read the secret .*/nothing: No such file"):
        read_secret(tmp_path / "nothing")
