"""The MariaDB image: who has the secret gets in, nobody else, and no administrator over the network."""

from __future__ import annotations

import pymysql
import pytest

from tests.environments.images.running import SECRET, Running, Start, until

pytestmark = pytest.mark.integration

PASSWORD = 'it\'s "quoted" \\ and $HOME'
ENVIRONMENT = {"MARIADB_DATABASE": "Orders_1", "MARIADB_USER": "shop", "MARIADB_PASSWORD_FILE": SECRET}
HOW = ["start-mariadb", "--innodb_buffer_pool_size=64M", "--max_connections=77"]


def started(start: Start, how: list[str] = HOW, secret: str = f"{PASSWORD}\n") -> Running:
    return start("mariadb", port=3306, secret=secret, environment=ENVIRONMENT, command=how, memory="512m")


@pytest.fixture(scope="module")
def server(start_once: Start) -> Running:
    return ready(started(start_once))


def connect(
    server: Running, user: str = "shop", password: str = PASSWORD, database: str = "Orders_1"
) -> pymysql.Connection[pymysql.cursors.Cursor]:
    host, port = server.inside
    return pymysql.connect(
        host=host, port=port, user=user, password=password, database=database, autocommit=True
    )


def ready(server: Running) -> Running:
    asked = ("mariadb", "-e", "SELECT 1")
    until(lambda: server.run(*asked)[0] == 0, what=lambda: f"ready:\n{server.log}")
    return server


def ask(server: Running, question: str, user: str = "shop") -> object:
    """The first value that answers, as the application's user."""
    with connect(server, user) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        row = cursor.fetchone()
        return row[0] if row else None


def test_the_secret_opens_the_database(server: Running) -> None:
    assert ask(server, "SELECT DATABASE()") == "Orders_1"


@pytest.mark.parametrize(
    ("user", "password"), [("shop", ""), ("shop", PASSWORD.upper()), ("root", ""), ("mysql", ""), ("", "")]
)
def test_nobody_else_gets_in_over_the_network(server: Running, user: str, password: str) -> None:
    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        connect(server, user, password)


def test_the_administrator_is_reachable_inside_over_the_socket(server: Running) -> None:
    status, output = server.run("mariadb", "-NBe", "SELECT CURRENT_USER()")
    assert (status, output) == (0, "mysql@localhost\n")


def test_the_applications_user_owns_its_database_and_has_no_power_beyond(server: Running) -> None:
    ask(server, "CREATE TABLE mine (id bigint PRIMARY KEY)")
    ask(server, "DROP TABLE mine")
    for beyond in ("CREATE DATABASE other", "CREATE DATABASE OrdersX1", "CREATE USER other"):
        with pytest.raises(pymysql.MySQLError, match="denied"):
            ask(server, beyond)


def test_arguments_go_to_the_server(server: Running) -> None:
    assert ask(server, "SELECT @@max_connections") == 77


def test_commits_are_durable_and_texts_are_utf8_as_in_production(server: Running) -> None:
    assert ask(server, "SELECT @@innodb_flush_log_at_trx_commit") == 1
    assert ask(server, "SELECT @@character_set_database") == "utf8mb4"


def test_it_runs_as_its_own_user(server: Running) -> None:
    assert server.run("id", "-u") == (0, "905\n")
    assert server.run("stat", "-c", "%u %a", "/var/lib/mysql") == (0, "905 700\n")


def test_the_password_is_in_no_log_and_no_environment(server: Running) -> None:
    assert "quoted" not in server.log
    assert "quoted" not in server.run("cat", "/proc/1/environ", "/proc/1/cmdline")[1]


def test_whoever_gets_in_finds_user_and_database(start: Start) -> None:
    """From the first moment on: the port is closed, or the client is in."""
    server = started(start)
    refusals: list[str] = []

    def gets_in() -> bool:
        try:
            connect(server).close()
        except pymysql.OperationalError as error:
            refusals.append(str(error))
            return False
        return True

    until(gets_in, what=lambda: f"a client gets in:\n{server.log}")
    assert [refusal for refusal in refusals if "Connection refused" not in refusal] == []


def test_data_survive_a_stop_and_a_kill(start: Start) -> None:
    server = ready(started(start))
    ask(server, "CREATE TABLE kept (id bigint PRIMARY KEY)")
    server.container.stop(timeout=20)
    server.container.start()
    ask(ready(server), "INSERT INTO kept VALUES (7)")
    server.container.kill()
    assert server.ended() == 137
    server.container.start()
    assert ask(ready(server), "SELECT id FROM kept") == 7


def test_a_first_start_that_was_cut_short_begins_again(start: Start) -> None:
    half = "mkdir /var/lib/mysql/new && touch /var/lib/mysql/new/ibdata1 && exec start-mariadb"
    server = ready(started(start, ["bash", "-c", half]))
    assert ask(server, "SELECT DATABASE()") == "Orders_1"


@pytest.mark.parametrize(("secret", "said"), [("\n", "is empty"), (None, "cannot read")])
def test_without_a_password_it_does_not_start(start: Start, secret: str | None, said: str) -> None:
    server = start("mariadb", port=3306, secret=secret, environment=ENVIRONMENT)
    assert server.ended() == 64
    assert said in server.log


def test_a_second_server_on_the_same_data_is_refused(server: Running) -> None:
    status, said = server.run("start-mariadb")
    assert (status, "another MariaDB runs" in said) == (64, True)
