"""The Valkey image: who has the secret gets in, nobody else; data are kept as its arguments say."""

from __future__ import annotations

import pytest

from tests.environments.images.running import SECRET, Running, Start, until

pytestmark = pytest.mark.integration

PASSWORD = 'it\'s "quoted" \\ # and $HOME'
ENVIRONMENT = {"VALKEY_PASSWORD_FILE": SECRET}


def started(start: Start, *settings: str, secret: str | None = f"{PASSWORD}\n") -> Running:
    how = ["start-valkey", *settings]
    return start("valkey", port=6379, secret=secret, environment=ENVIRONMENT, command=how)


def ready(server: Running) -> Running:
    until(lambda: ask(server, "PING") == "PONG", what=lambda: f"ready:\n{server.log}")
    return server


def ask(server: Running, *command: str) -> str:
    return server.run("valkey-client", *command)[1].strip()


@pytest.fixture(scope="module")
def server(start_once: Start) -> Running:
    return ready(started(start_once, "--maxmemory", "32mb"))


def test_the_client_inside_is_logged_in(server: Running) -> None:
    assert ask(server, "SET", "greeting", "hello") == "OK"
    assert ask(server, "GET", "greeting") == "hello"


def test_nobody_is_let_in_without_the_password(server: Running) -> None:
    for who in ((), ("-a", "wrong"), ("-a", PASSWORD.upper())):
        status, said = server.run("valkey-cli", "--no-auth-warning", "-e", *who, "GET", "greeting")
        assert status != 0
        assert "NOAUTH" in said


def test_a_command_that_fails_has_a_status_that_says_so(server: Running) -> None:
    assert server.run("valkey-client", "INCR", "greeting")[0] != 0


def test_arguments_go_to_the_server(server: Running) -> None:
    assert ask(server, "CONFIG", "GET", "maxmemory").split() == ["maxmemory", str(32 * 1024**2)]


def test_it_runs_as_its_own_user_and_the_password_is_in_no_log(server: Running) -> None:
    assert server.run("id", "-u") == (0, "906\n")
    assert "quoted" not in server.log
    assert "quoted" not in server.run("cat", "/proc/1/environ", "/proc/1/cmdline")[1]


def test_with_its_log_what_was_written_survives_a_kill(start: Start) -> None:
    server = ready(started(start, "--appendonly", "yes", "--appendfsync", "always"))
    assert ask(server, "SET", "kept", "7") == "OK"
    server.container.kill()
    assert server.ended() == 137
    server.container.start()
    assert ask(ready(server), "GET", "kept") == "7"


def test_with_snapshots_a_stop_loses_nothing(start: Start) -> None:
    server = ready(started(start))
    assert ask(server, "SET", "kept", "7") == "OK"
    server.container.stop(timeout=20)
    server.container.start()
    assert ask(ready(server), "GET", "kept") == "7"


@pytest.mark.parametrize(
    ("secret", "said"), [("\n", "is empty"), (None, "cannot read"), ("a\nb", "more than one line")]
)
def test_without_a_password_it_does_not_start(start: Start, secret: str | None, said: str) -> None:
    server = started(start, secret=secret)
    assert server.ended() == 64
    assert said in server.log
