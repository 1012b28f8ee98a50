"""Commands, shells and psql inside nodes, as somebody at a terminal or in a pipe has them."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from environments.desk import terminal
from environments.docker_client import connect, socket_of
from environments.lookup import PACKAGE
from foundation.errors import Unavailable
from tests.environments.commanding import COMMAND, eventually, run, run_here, surroundings
from tests.environments.standing import Standing


def piped(*arguments: str, given: str) -> subprocess.CompletedProcess[str]:
    """The command at the end of a pipe."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=surroundings(), cwd=PACKAGE, input=given, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_the_clients_words_name_the_engine_and_ask_for_a_terminal_only_where_there_is_one() -> None:
    piped = terminal.argv("docker", "/run/x.sock", "c1", ["id"], terminal=False)
    assert piped == ["docker", "--host", "unix:///run/x.sock", "exec", "--interactive", "c1", "id"]
    typed = terminal.argv("docker", None, "c1", ["id"], terminal=True)
    assert typed == ["docker", "exec", "--interactive", "--tty", "c1", "id"]


def test_without_the_client_it_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="no `docker` command-line client"):
        terminal._client()


@pytest.mark.integration
def test_an_engine_is_named_by_its_socket(tmp_path: Path) -> None:
    forwarded = tmp_path / "docker.sock"
    forwarded.symlink_to("/var/run/docker.sock")
    assert socket_of(connect(f"unix://{forwarded}")) == str(forwarded)


@pytest.mark.integration
def test_input_output_and_exit_code_are_those_of_the_program_inside(shop: Standing) -> None:
    said = piped(
        "env", "exec", shop.name, "web-1", "--", "sh", "-c", "cat; echo oh >&2; exit 7", given="hi\n"
    )
    assert (said.stdout, said.stderr, said.returncode) == ("hi\n", "oh\n", 7)


@pytest.mark.integration
def test_options_after_the_dashes_are_the_programs_own(shop: Standing) -> None:
    said = run("env", "exec", shop.name, "web-1", "--", "echo", "--help", "-n", "--", "--verbose")
    assert said.stdout == "--help -n -- --verbose\n"


@pytest.mark.integration
def test_a_shell_in_a_pipe_runs_what_it_is_given(shop: Standing) -> None:
    said = piped("env", "shell", shop.name, "web-1", given="hostname; id -un; exit 3\n")
    assert (said.stdout, said.returncode) == ("web-1\napp\n", 3)


@pytest.mark.integration
def test_a_shell_at_a_terminal_has_one(shop: Standing) -> None:
    said, status = typed(["env", "shell", shop.name, "web-1"], prompt="web-1", given="tty; exit 5\n")
    assert "/dev/pts/" in said
    assert status == 5


def typed(arguments: list[str], *, prompt: str, given: str) -> tuple[str, int]:
    """The command at a terminal of its own: what it said, and how it ended."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments], env=surroundings(), cwd=PACKAGE,
        stdin=its, stdout=its, stderr=its, start_new_session=True,
    )  # fmt: skip
    os.close(its)
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.extend(_read(ours)))
    reader.start()
    eventually(lambda: prompt in "".join(said), within=30, what="a prompt")
    os.write(ours, given.encode())
    status = process.wait(timeout=30)
    reader.join(timeout=30)
    os.close(ours)
    return "".join(said), status


def _read(descriptor: int) -> Iterator[str]:
    while True:
        try:
            chunk = os.read(descriptor, 4096)
        except OSError:  # a terminal's end
            return
        if not chunk:
            return
        yield chunk.decode(errors="replace")


@pytest.mark.integration
@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("exec", "wbe-1", "--", "id"), 2, "did you mean 'web-1'?"),
        (("exec", "web-1"), 2, "nothing to run"),
        (("exec", "prepare-1", "--", "id"), 69, "prepare-1 does not run: done"),
        (("psql", "front"), 2, "it has store"),
    ],
)
def test_what_cannot_be_is_told(shop: Standing, words: tuple[str, ...], code: int, told: str) -> None:
    verb, *rest = words
    said = run_here("env", verb, shop.name, *rest)
    assert (said.returncode, told in said.stderr) == (code, True), said.stderr


@pytest.mark.integration
def test_psql_is_the_platforms_own_user_on_its_own_database(shop: Standing) -> None:
    said = run("env", "psql", shop.name, "--", "-tAc", "SELECT current_user, current_database()")
    assert (said.stdout, said.returncode) == ("hello|hello\n", 0), said.stderr


@pytest.mark.integration
def test_psql_passes_on_its_exit_code_and_reads_a_pipe(shop: Standing) -> None:
    given = "SELECT 6 * 7;\nSELECT nothing;\n"
    said = piped("env", "psql", shop.name, "store", "--", "-qtA", "-v", "ON_ERROR_STOP=1", given=given)
    assert (said.stdout, said.returncode) == ("42\n", 3)
    assert 'column "nothing" does not exist' in said.stderr


@pytest.mark.integration
def test_while_psql_runs_no_process_of_this_machine_has_the_password(shop: Standing) -> None:
    password = shop.attach().secret("store.password").reveal().encode()
    process = subprocess.Popen(
        [*COMMAND, "env", "psql", shop.name, "--", "-qtA"],
        env=surroundings(), cwd=PACKAGE, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"SELECT 'ready';\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"ready\n"
    seen = list(_told_of_processes())
    process.communicate(timeout=30)
    assert any(b"POSTGRES_PASSWORD_FILE" in text for text in seen), "those inside nodes were among them"
    assert not any(password in text for text in seen)


def _told_of_processes() -> Iterator[bytes]:
    """What anybody may read of arguments, and root of variables, of whatever runs now, inside nodes too."""
    for name in ("cmdline", "environ"):
        for path in Path("/proc").glob(f"[0-9]*/{name}"):
            with contextlib.suppress(OSError):  # it has ended
                yield path.read_bytes()


@pytest.mark.integration
def test_psql_leaves_no_file_in_its_node(shop: Standing) -> None:
    assert run("env", "psql", shop.name, "--", "-c", "SELECT 1").returncode == 0
    assert run("env", "exec", shop.name, "store-1", "--", "ls", "/dev/shm").stdout.count("psql") == 0
