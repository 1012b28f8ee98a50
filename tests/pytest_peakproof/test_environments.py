"""A suite of tests on real environments: brought up, shared by workers, adopted, interrupted, killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable

import docker
import pytest

from environments.containers import leases, manifests, removing
from tests.environments.commanding import eventually, left
from tests.environments.conftest import engine as engine
from tests.environments.conftest import new_name as new_name
from tests.environments.conftest import shop as shop
from tests.environments.standing import Standing
from tests.environments.written import Services, application, definition
from tests.pytest_peakproof.suites import PLUGIN, Suite, suite

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.integration

SMALL: Services = {
    "front": {"kind": "haproxy", "to": "web", "health": "/ready"},
    "web": application("web"),
    "store": {"kind": "postgres", "memory": "128MiB"},
}
TESTS = """
    import os, pathlib
    from urllib.request import urlopen
    import psycopg, pytest

    @pytest.fixture(autouse=True)
    def seen(peakproof_env):
        pathlib.Path("seen", f"{os.getpid()}-{peakproof_env.name}").touch()

    def test_it_answers(peakproof_env):
        assert urlopen(peakproof_env.url("front")).read() == b"hello\\n"

    def test_its_database_is_open(peakproof_env):
        with psycopg.connect(peakproof_env.connection("store")) as connection:
            assert connection.execute("SELECT 6 * 7").fetchone() == (42,)
        its = peakproof_env.credentials("store")
        assert (its.name, its.user) == ("hello", "hello")
        assert its.password not in repr(its)

    def test_its_nodes_can_be_looked_at(peakproof_env):
        assert peakproof_env.states()["web-1"] == "running"
        assert "ready to accept connections" in peakproof_env.logs("store-1")

    def test_fails(peakproof_env):
        assert peakproof_env is None
"""


def real(pytester: pytest.Pytester, tests: str = TESTS, **ini: str) -> Suite:
    mine = suite(pytester, real=True)
    (mine.folder / "seen").mkdir()
    path = definition(mine.folder, SMALL, file="small")
    mine.write(tests, **{"definition": path.name, "lease": "2m", **ini})
    return mine


def begun(mine: Suite) -> subprocess.Popen[bytes]:
    """The suite, as a process whose end the test decides."""
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *PLUGIN], cwd=mine.folder, start_new_session=True
    )


def test_workers_share_one_and_it_leaves_nothing(
    pytester: pytest.Pytester, engine: docker.DockerClient
) -> None:
    mine = real(pytester)
    ended = mine.run("-n", "2")
    ended.assert_outcomes(passed=3, failed=1)
    seen = [path.name.split("-", 1) for path in (mine.folder / "seen").iterdir()]
    assert len({worker for worker, _ in seen}) == 2
    ((name,)) = {name for _, name in seen}
    ended.stdout.fnmatch_lines([f"*- nodes of {name} -*", "store-1*|*database system is ready*"])
    assert left(engine, name) == []


def test_one_that_stands_is_adopted_and_stays(pytester: pytest.Pytester, shop: Standing) -> None:
    before = shop.attach().nodes["web-1"].get_wrapped_container().id
    mine = real(pytester, definition=str(shop.definition), name=shop.name)
    mine.run("-k", "answers or database").assert_outcomes(passed=2)
    assert shop.attach().nodes["web-1"].get_wrapped_container().id == before


def test_ctrl_c_while_it_is_brought_up_leaves_nothing(
    pytester: pytest.Pytester, engine: docker.DockerClient, new_name: Callable[[], str]
) -> None:
    name = new_name()
    process = begun(real(pytester, name=name))
    eventually(lambda: left(engine, name), within=90, what="it is being brought up")
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=120) == pytest.ExitCode.INTERRUPTED
    assert left(engine, name) == []


def test_a_run_that_was_killed_leaves_what_its_lease_ends(
    pytester: pytest.Pytester, engine: docker.DockerClient, new_name: Callable[[], str]
) -> None:
    name = new_name()
    mine = real(pytester, "def test_long(peakproof_env): import time; time.sleep(300)", name=name)
    process = begun(mine)
    eventually(lambda: leases.given(engine, name), within=120, what="it is up")
    eventually(lambda: manifests.read(engine, name), within=10, what="it is recorded")
    process.kill()
    process.wait()
    lease = leases.newest(engine, name)
    assert lease is not None
    assert lease.until <= time.time() + 120
    again = mine.run()
    again.stdout.fnmatch_lines([f"*{name} belongs to another run of pytest*`peakproof env down {name}`*"])
    assert removing.remove(engine, name) > 0, "nobody has touched it"
