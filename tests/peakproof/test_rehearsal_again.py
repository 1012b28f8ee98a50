"""A rehearsal that finds something of an earlier one: its lock, what a kill left, a kept environment."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import docker
import psycopg
import pytest

from environments import environment
from environments.containers import leases, locks, notes, removing
from foundation.errors import PeakproofError
from peakproof import rehearsal, season
from tests.peakproof.kiosks import Ran, Written, command, left, rehearse, written
from tests.peakproof.under_way import SHORT, Running, engine_image, eventually

pytestmark = [pytest.mark.integration, pytest.mark.quiet]


def test_an_environment_that_another_command_changes_is_left_alone(
    tmp_path: Path, client: docker.DockerClient
) -> None:
    plan = written(tmp_path, f"locked-{uuid4().hex[:4]}", SHORT)
    image = engine_image(client)
    with locks.held(client, plan.environment, image):
        ran = rehearse(plan)
        assert ran.exit_code == 5, ran.stderr
        assert "is being changed by process" in ran.stderr
        assert not plan.out.exists()
        assert left(client, plan.environment) == [f"peakproof-{plan.environment}-lock"]
    assert left(client, plan.environment) == []


def test_what_a_killed_command_left_was_not_up_before_and_is_no_beginning(
    tmp_path: Path, client: docker.DockerClient
) -> None:
    plan = written(tmp_path, f"again-{uuid4().hex[:4]}", SHORT)
    first = Running(plan, client)
    try:
        eventually("the sample to be there", lambda: filled(client, f"{plan.environment}_source"))
        first.process.kill()
        first.process.communicate()
        refused = rehearse(plan)
        assert refused.exit_code == 5, "its lock is in force for a minute"
        for name in (plan.environment, f"{plan.environment}_source"):
            removing.remove(client, name, kind="lock")  # as if the minute were over
        again = rehearse(plan)
        assert again.exit_code == 0, again.stderr
        assert left(client, plan.environment) == []
    finally:
        first.remove()


def filled(client: docker.DockerClient, name: str) -> bool:
    """Whether members stand in the store of an environment that is coming up."""
    try:
        store = environment.attach(client, name)
        with psycopg.connect(store.dsn("store").reveal()) as connection:
            return connection.execute("SELECT count(*) FROM members").fetchone() != (0,)
    except (PeakproofError, KeyError, psycopg.Error):
        return False


@pytest.fixture
def kept(tmp_path: Path, client: docker.DockerClient) -> Iterator[tuple[Written, Ran]]:
    """A short rehearsal whose environment was kept."""
    plan = written(tmp_path, "kept", SHORT)
    try:
        yield plan, rehearse(plan, "--keep", "--ttl", "10m")
    finally:
        removing.remove(client, plan.environment)
        removing.remove(client, f"{plan.environment}_source")


def fails_and_leaves_what_stood(plan: Written, client: docker.DockerClient) -> None:
    """Rehearses a definition that cannot come up, on the one that stands; then it is as it was written."""

    def ids() -> dict[str, str]:
        nodes = environment.attach(client, plan.environment).nodes
        return {name: str(node.get_wrapped_container().id) for name, node in nodes.items()}

    document, before = plan.path.with_name("definition.yaml"), ids()
    right = document.read_text()
    document.write_text(right + "  store: {settings: {no_such_setting: 1}}\n")
    failed = rehearse(plan)
    assert failed.exit_code == 69, failed.stderr
    (broken,) = failed.results.verdict.broken
    assert (broken.observed, broken.reason[:7]) == ("bring up failed", "store-1")
    assert ids() == before
    assert filled(client, plan.environment), "nor was it emptied"
    document.write_text(right)
    shutil.rmtree(plan.out)


def test_a_kept_environment_is_emptied_before_the_next_rehearsal_and_stays_up(
    kept: tuple[Written, Ran], client: docker.DockerClient
) -> None:
    plan, first = kept
    assert first.exit_code == 0, first.stderr
    before = environment.attach(client, plan.environment)
    lease = leases.newest(client, plan.environment)
    assert lease is not None
    assert 500 < lease.until - time.time() <= 600
    assert left(client, f"{plan.environment}_source") == []
    with psycopg.connect(before.dsn("store").reveal()) as store:
        store.execute("CREATE TABLE left_behind ()")

    assert command("env", "extend", plan.environment, "--ttl", "48h", environment={}).returncode == 0
    lease = leases.newest(client, plan.environment)
    notes.write(client, plan.environment, notes.mine("Ola tries prices"))

    plan.out.rename(plan.out.with_name("first"))
    fails_and_leaves_what_stood(plan, client)

    second = rehearse(plan)

    assert leases.newest(client, plan.environment) == lease, "a lease that was found stays as it was"
    note = notes.read(client, plan.environment)
    assert note is not None
    assert note.why == "Ola tries prices", "and so does the reason for which it is up"

    assert second.exit_code == 0, second.stderr
    after = environment.attach(client, plan.environment)
    assert after.instance.ports == before.instance.ports
    assert {name: node.status for name, node in after.nodes.items() if name != "tables-1"} == {
        "store-1": "running", "till-1": "running", "door-1": "running",
    }  # fmt: skip
    with psycopg.connect(after.dsn("store").reveal()) as store:
        assert store.execute("SELECT to_regclass('left_behind')").fetchone() == (None,)
        bookings = store.execute("SELECT count(*) FROM bookings").fetchone()
    compared = second.results.conservation
    assert compared is not None
    assert bookings == (compared.outcomes["acknowledged"],)

    loaded = season.load(str(plan.path), beside=plan.path.parent)
    assert rehearsal.not_whole(client, loaded) == ""
    after.nodes["till-1"].get_wrapped_container().remove(force=True, v=True)
    assert f"{plan.environment}, which was up, without till-1" in rehearsal.not_whole(client, loaded)
    assert command("env", "down", plan.environment, environment={}).returncode == 0
    assert left(client, plan.environment) == []
