"""The PostgreSQL image: who has the secret gets in, nobody else, and no superuser over the network."""

from __future__ import annotations

import psycopg
import pytest

from tests.environments.images.running import SECRET, Running, Start, until

pytestmark = pytest.mark.integration

PASSWORD = 'it\'s "quoted" \\ and $HOME'
ENVIRONMENT = {"POSTGRES_DATABASE": "Orders 1", "POSTGRES_USER": "shop", "POSTGRES_PASSWORD_FILE": SECRET}


@pytest.fixture(scope="module")
def server(start_once: Start) -> Running:
    how = ["start-postgres", "-c", "work_mem=7MB"]
    return ready(
        start_once("postgres", port=5432, secret=f"{PASSWORD}\n", environment=ENVIRONMENT, command=how)
    )


def connect(
    server: Running, user: str = "shop", password: str = PASSWORD, database: str = "Orders 1"
) -> psycopg.Connection:
    host, port = server.inside
    return psycopg.connect(
        host=host,
        port=port,
        user=user,
        password=password,
        dbname=database,
        connect_timeout=10,
        autocommit=True,
    )


def ready(server: Running) -> Running:
    """The server, once pg_isready says so: its port is open for a moment before."""
    until(lambda: server.run("pg_isready", "-h", "127.0.0.1")[0] == 0, what=lambda: f"ready:\n{server.log}")
    return server


def ask(server: Running, question: str) -> object:
    """The one value of the one row that answers, as the application's user."""
    with connect(server) as connection:
        row = connection.execute(question).fetchone()
        assert row is not None
        return row[0]


def test_the_secret_opens_the_database(server: Running) -> None:
    assert ask(server, "SELECT current_database()") == "Orders 1"


@pytest.mark.parametrize("wrong", ["", "wrong", PASSWORD.lower()])
def test_another_password_is_refused(server: Running, wrong: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"authentication failed|no password supplied"):
        connect(server, password=wrong)


@pytest.mark.parametrize("database", ["postgres", "Orders 1", "template1"])
def test_the_superuser_is_not_reachable_over_the_network(server: Running, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"pg_hba\.conf rejects"):
        connect(server, user="postgres", password="", database=database)


def test_the_superuser_is_reachable_inside_over_the_socket(server: Running) -> None:
    status, output = server.run(
        "psql", "-U", "postgres", "-Atc", "SELECT usesuper FROM pg_user WHERE usename = user"
    )
    assert (status, output) == (0, "t\n")


def test_the_applications_user_owns_its_database_and_has_no_power_beyond(server: Running) -> None:
    powers = (
        "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"
        " FROM pg_roles WHERE rolname = user"
    )
    assert ask(server, powers) is False
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert ask(server, owner) == "shop"
    with connect(server) as connection:
        connection.execute("CREATE TABLE mine (id bigint)")
        connection.execute("DROP TABLE mine")


def test_passwords_are_kept_as_scram(server: Running) -> None:
    _, output = server.run(
        "psql", "-U", "postgres", "-Atc", "SELECT rolpassword FROM pg_authid WHERE rolname = 'shop'"
    )
    assert output.startswith("SCRAM-SHA-256$")


def test_arguments_go_to_the_server(server: Running) -> None:
    assert ask(server, "SHOW work_mem") == "7MB"


def test_pages_are_checksummed_and_text_is_utf8_as_in_production(server: Running) -> None:
    assert (ask(server, "SHOW data_checksums"), ask(server, "SHOW server_encoding")) == ("on", "UTF8")


def test_it_runs_as_its_own_user(server: Running) -> None:
    assert server.run("id", "-u") == (0, "902\n")
    assert server.run("stat", "-c", "%u %a", "/var/lib/postgresql/data") == (0, "902 700\n")


def test_the_password_is_in_no_log_and_no_environment(server: Running) -> None:
    assert "quoted" not in server.log
    assert "quoted" not in server.run("cat", "/proc/1/environ", "/proc/1/cmdline")[1]


def test_whoever_gets_in_finds_role_and_database(start: Start) -> None:
    """From the first moment on: the port is closed, or the server is starting, or the client is in."""
    server = start("postgres", port=5432, secret=PASSWORD, environment=ENVIRONMENT)
    refusals: list[str] = []

    def gets_in() -> bool:
        try:
            connect(server).close()
        except psycopg.OperationalError as error:
            refusals.append(str(error))
            return False
        return True

    until(gets_in, what=lambda: f"a client gets in:\n{server.log}")
    known = ("Connection refused", "starting up")
    assert [refusal for refusal in refusals if not any(reason in refusal for reason in known)] == []


def test_data_survives_a_stop_and_a_kill(start: Start) -> None:
    server = ready(start("postgres", port=5432, secret=PASSWORD, environment=ENVIRONMENT))
    with connect(server) as connection:
        connection.execute("CREATE TABLE kept (id bigint)")
    server.container.stop(timeout=20)
    assert rows_after_a_start(server) == 0
    server.container.kill()
    assert server.ended() == 137
    assert rows_after_a_start(server) == 0


def rows_after_a_start(server: Running) -> object:
    server.container.start()
    return ask(ready(server), "SELECT count(*) FROM kept")


def test_a_lock_file_that_a_kill_left_is_nobody_s_even_if_its_number_is_a_process_again(start: Start) -> None:
    """The data's and the socket's: PostgreSQL asks of either whether the process in its first line lives."""
    stale = "sleep 600 & sed -i 1s/.*/$!/ $PGDATA/postmaster.pid /run/postgresql/.s.PGSQL.5432.lock"
    how = ["bash", "-c", f"[[ ! -s $PGDATA/PG_VERSION ]] || {{ {stale}; }}; exec start-postgres"]
    server = ready(start("postgres", port=5432, secret=PASSWORD, environment=ENVIRONMENT, command=how))
    server.container.kill()
    assert server.ended() == 137
    server.container.start()
    assert ask(ready(server), "SELECT 1") == 1


def test_a_second_server_on_the_same_data_is_refused(server: Running) -> None:
    status, said = server.run("start-postgres")
    assert status == 64
    assert "another PostgreSQL runs on /var/lib/postgresql/data" in said
    assert ask(server, "SELECT 1") == 1


def test_a_stop_is_a_fast_shutdown_although_a_client_is_connected(start: Start) -> None:
    server = ready(start("postgres", port=5432, secret=PASSWORD, environment=ENVIRONMENT))
    with connect(server):
        server.container.stop(timeout=30)
        assert server.ended() == 0
    assert "received fast shutdown request" in server.log
    assert "database system is shut down" in server.log


def test_a_first_start_that_was_cut_short_begins_again(start: Start) -> None:
    half = "mkdir $PGDATA/.new && touch $PGDATA/.new/half $PGDATA/half && exec start-postgres"
    how = ["bash", "-c", half]
    server = ready(start("postgres", port=5432, secret=PASSWORD, environment=ENVIRONMENT, command=how))
    assert ask(server, "SELECT 1") == 1
    assert "half" not in server.run("ls", "-A", "/var/lib/postgresql/data")[1].split()


@pytest.mark.parametrize(
    ("secret", "changed", "told"),
    [
        (None, {}, f"cannot read {SECRET}"),
        ("", {}, f"{SECRET} is empty"),
        ("x", {"POSTGRES_USER": "postgres"}, "must not be the superuser"),
        ("x", {"POSTGRES_DATABASE": ""}, "POSTGRES_DATABASE"),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_made(
    start: Start, secret: str | None, changed: dict[str, str], told: str
) -> None:
    server = start("postgres", port=5432, secret=secret, environment={**ENVIRONMENT, **changed})
    assert server.ended() != 0
    assert told in server.log
