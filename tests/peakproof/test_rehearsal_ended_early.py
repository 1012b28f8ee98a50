"""A rehearsal that is ended before its time: what is left, what is said, what the reaper does."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import docker
import psycopg
import pytest
from docker.models.containers import Container

from environments import environment, images, labels
from environments.containers import leases, locks, removing
from foundation.errors import PeakproofError
from foundation.verdict import Status
from loadtests import progress
from loadtests.progress import Progress
from peakproof import rehearsal, season
from tests.peakproof.conftest import FAR
from tests.peakproof.kiosks import Plan, Ran, Written, argv, command, left, rehearse, written

pytestmark = [pytest.mark.integration, pytest.mark.quiet]

LONG = Plan(load={"duration": "10m"}, slo=[FAR])  # it is ended by the tests, whatever they wait for
SHORT = Plan(load={"duration": "2s", "also": []}, slo=[FAR])
DEADLINE = 120.0


def eventually(what: str, holds: Callable[[], object], seconds: float = DEADLINE) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds:g} s in vain for: {what}"
        time.sleep(0.1)


def engine_image(client: docker.DockerClient) -> str:
    """The image of what the engine itself runs."""
    return images.ensure(["python"], folders={}, client=client, progress=images.silent)["python"].id


class Running:
    """A rehearsal on its way."""

    def __init__(self, plan: Written, client: docker.DockerClient) -> None:
        self.plan, self._client = plan, client
        self.process = subprocess.Popen(argv(plan), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def node(self, name: str) -> Container | None:
        wanted = labels.ours(self.plan.environment, "node")
        found = self._client.containers.list(filters=wanted, ignore_removed=True)
        return next((each for each in found if each.labels[labels.NODE] == name), None)

    def down(self, name: str) -> bool:
        return self.node(name) is None

    def starting(self) -> bool:
        """Whether the first node has been started."""
        assert self.process.poll() is None, self.process.communicate()
        return self.node("store-1") is not None

    def under_load(self) -> bool:
        """Whether orders have been sent for a second at least."""
        assert self.process.poll() is None, self.process.communicate()
        generator = self.node("generator")
        lines = generator.logs(stderr=False).decode().splitlines() if generator else []
        return any(isinstance(progress.parse(line), Progress) for line in lines)

    def helper(self) -> Container | None:
        """The helper of a fault that is in force."""
        wanted = labels.ours(self.plan.environment, "fault")
        return next(iter(self._client.containers.list(filters=wanted, ignore_removed=True)), None)

    def ended(self) -> Ran:
        stdout, stderr = self.process.communicate(timeout=DEADLINE)
        return Ran(exit_code=self.process.returncode, stdout=stdout, stderr=stderr, out=self.plan.out)

    def remove(self) -> None:
        """Leaves nothing, whatever a test found out."""
        self.process.kill()
        self.process.communicate()
        for name in (self.plan.environment, f"{self.plan.environment}_source"):
            removing.remove(self._client, name)


def begun(folder: Path, client: docker.DockerClient) -> Running:
    return Running(written(folder, f"early-{uuid4().hex[:4]}", LONG), client)


@pytest.fixture(scope="module")
def under_way(
    tmp_path_factory: pytest.TempPathFactory, client: docker.DockerClient
) -> Iterator[list[Running]]:
    """Rehearsals begun side by side; each test of one under load takes one of them."""
    running = [begun(tmp_path_factory.mktemp("early"), client) for _ in range(3)]
    yield list(running)
    for each in running:
        each.remove()


@pytest.fixture
def loaded(under_way: list[Running]) -> Running:
    """A rehearsal in the middle of its load."""
    running = under_way.pop()
    eventually("orders being sent", running.under_load)
    return running


def test_ctrl_c_ends_with_an_invalid_report_and_leaves_nothing(
    loaded: Running, client: docker.DockerClient
) -> None:
    loaded.process.send_signal(signal.SIGINT)
    ran = loaded.ended()
    assert ran.exit_code == 130, ran.stderr
    assert left(client, loaded.plan.environment) == []
    assert ran.results.verdict.status is Status.INVALID
    assert "interrupted" in {found.reason for found in ran.results.verdict.broken}
    assert ran.results.load is not None
    assert "INVALID" in (ran.out / "index.html").read_text()
    assert "Traceback" not in ran.stderr


def test_a_command_that_is_told_to_end_while_nodes_start_leaves_nothing(
    tmp_path: Path, client: docker.DockerClient
) -> None:
    running = begun(tmp_path, client)
    try:
        eventually("the first node", running.starting)
        running.process.terminate()
        ran = running.ended()
        assert ran.exit_code == 130, ran.stderr
        assert left(client, running.plan.environment) == []
        assert ran.results.verdict.status is Status.INVALID
        assert ran.results.load is None
    finally:
        running.remove()


def test_a_generator_that_dies_makes_the_run_invalid(loaded: Running, client: docker.DockerClient) -> None:
    generator = loaded.node("generator")
    assert generator is not None
    generator.kill()
    ran = loaded.ended()
    assert ran.exit_code == 3, ran.stderr
    assert ran.results.verdict.status is Status.INVALID
    reasons = [finding.reason for finding in ran.results.verdict.broken]
    assert "the load generator ended with status 137" in reasons
    assert ran.results.conservation is not None, "what it wrote until then is evidence"
    assert ran.results.conservation.holds
    assert left(client, loaded.plan.environment) == []


def test_a_hopeless_load_is_ended_by_its_rule_and_its_orders_are_compared_all_the_same(
    tmp_path: Path, client: docker.DockerClient
) -> None:
    rule = "p99 > 0.1ms for 2s"  # no answer is as quick as that
    load = {"duration": "50s"}
    plan = written(tmp_path, f"hopeless-{uuid4().hex[:4]}", Plan(load=load, slo=[FAR], abort_on=[rule]))
    ran = rehearse(plan)
    assert ran.exit_code == 1, ran.stderr
    assert ran.results.verdict.status is Status.FAIL
    assert [found.name for found in ran.results.verdict.broken] == [f"abort on {rule}"]
    assert ran.results.load is not None
    assert sum(second.reached for second in ran.results.load.seconds[20:]) == 0
    assert ran.results.conservation is not None
    assert ran.results.conservation.holds
    assert rule in (ran.out / "index.html").read_text().replace("&gt;", ">")
    assert left(client, plan.environment) == []


def test_what_a_killed_command_left_goes_when_its_lease_is_over(
    loaded: Running, client: docker.DockerClient
) -> None:
    loaded.process.kill()
    loaded.process.communicate()
    assert left(client, loaded.plan.environment)
    lease = leases.newest(client, loaded.plan.environment)
    assert lease is not None
    # Its leases are over at once: a minute of waiting would prove no more.
    for name in (loaded.plan.environment, f"{loaded.plan.environment}_source"):
        found = leases.newest(client, name)
        if found is not None:
            assert found.until - time.time() <= leases.WORKING
            removing.remove(client, name, kind="lease")
    eventually("the reaper to have removed it", lambda: not left(client, loaded.plan.environment))


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

    plan.out.rename(plan.out.with_name("first"))
    fails_and_leaves_what_stood(plan, client)

    second = rehearse(plan)

    assert leases.newest(client, plan.environment) == lease, "a lease that was found stays as it was"

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


def test_ctrl_c_while_the_generator_starts_ends_like_any_other(
    tmp_path: Path, client: docker.DockerClient
) -> None:
    running = begun(tmp_path, client)
    try:
        eventually("the generator", lambda: running.node("generator"))
        running.process.send_signal(signal.SIGINT)
        ran = running.ended()
        assert ran.exit_code == 130, ran.stderr
        assert "interrupted" in {found.reason for found in ran.results.verdict.broken}
        assert left(client, running.plan.environment) == []
    finally:
        running.remove()


@pytest.fixture(scope="module")
def beset(
    tmp_path_factory: pytest.TempPathFactory, client: docker.DockerClient
) -> Iterator[tuple[Running, Ran]]:
    """A rehearsal whose fault's helper is killed, and whose network has a guest that is not ours."""
    fault = {"at": "1s", "kill": "till.any", "for": "30s"}
    plan = Plan(load={"duration": "12s"}, timeline=[fault], slo=[FAR])
    name = f"beset-{uuid4().hex[:4]}"
    running = Running(written(tmp_path_factory.mktemp("beset"), name, plan), client)
    guest = None
    try:
        eventually("the fault", lambda: running.helper() and running.down("till-1"))
        image, network = engine_image(client), f"peakproof-{running.plan.environment}-front"
        guest = client.containers.run(image, ["sleep", "300"], network=network, detach=True, init=True)
        helper = running.helper()
        assert helper is not None
        helper.kill()
        yield running, running.ended()
    finally:
        if guest is not None:
            guest.remove(force=True, v=True)
        running.remove()


def test_when_a_fault_s_helper_dies_the_orders_are_compared_all_the_same(beset: tuple[Running, Ran]) -> None:
    _, ran = beset
    assert ran.exit_code == 3, ran.stderr
    assert ran.results.conservation is not None
    assert ran.results.conservation.holds
    (fault,) = ran.results.faults
    assert fault.until is not None
    assert fault.until - fault.at < 30
    planned = next(each for each in ran.results.verdict.broken if each.name == "faults happened as planned")
    assert planned.reason == "kill of till-1 at 1.0 s ended early: its helper died"
    assert ran.results.scope[0].startswith("Shown: nothing")


def test_what_cannot_be_taken_down_is_told_and_the_report_is_written(beset: tuple[Running, Ran]) -> None:
    running, ran = beset
    (told,) = ran.results.left
    assert told.startswith(f"{running.plan.environment} is not all gone: ")
    assert told in " ".join(ran.stderr.split()), "its lines are broken where the screen ends"
    assert running.plan.environment in (ran.out / "index.html").read_text()
