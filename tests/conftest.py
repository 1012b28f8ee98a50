"""What all tests share: unit tests first, the table of skipped tests, and the browser.

A skip that expected_skips.yaml does not list fails the run: a test that silently stopped proves nothing.
"""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests import lanes, skips

if TYPE_CHECKING:
    from environments.environment import Environment
    from tests.anonymizer.mariadb.server import MariadbServer
    from tests.servers import Server

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "google-chrome", "chromium-browser")

# The same examples in every run: a failure is then the change's, not the dice's.
settings.register_profile("peakproof", derandomize=True, deadline=None)
settings.load_profile("peakproof")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's own folder."""
    return ROOT


@pytest.fixture(scope="session")
def browser() -> str:
    """A headless-capable Chromium; skips only where the set-up noted that there can be none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    note = ROOT / ".venv" / "no-browser"
    if found is None and note.exists():
        pytest.skip(f"no browser: {note.read_text().strip()}")
    assert found, "no Chromium here: run scripts/browser"
    return found


@pytest.fixture(scope="session")
def servers() -> Iterator[Environment]:
    """PostgreSQL and RabbitMQ in containers of ours, shared by all integration tests."""
    from tests.servers import may_administer, running

    with running() as environment:
        may_administer(environment)
        yield environment


@pytest.fixture(scope="session")
def postgres_server(servers: Environment) -> Server:
    """A PostgreSQL whose user may do anything, such as make databases and roles."""
    from tests.servers import server

    return server(servers, "database")


@pytest.fixture(scope="session")
def rabbitmq_server(servers: Environment) -> Server:
    """A RabbitMQ with a plain user."""
    from tests.servers import server

    return server(servers, "broker")


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariadbServer]:
    """A MariaDB whose user may do anything; its image is built when the first test asks for it."""
    from tests.anonymizer.mariadb.server import running

    with running() as server:
        yield server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Unit tests first, for what fails cheaply is told first; quiet ones last. Files keep their order."""
    items.sort(
        key=lambda item: [item.get_closest_marker(mark) is not None for mark in ("quiet", "integration")]
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """A worker writes down which test belongs to which lane: only it has seen their marks."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        lanes.write(session.config, session.items)


def pytest_xdist_make_scheduler(config: pytest.Config) -> lanes.Lanes:
    """Two lanes, then what needs the machine for itself."""
    return lanes.Lanes(config)


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    assert isinstance(reporter, pytest.TerminalReporter)
    if session.exitstatus == pytest.ExitCode.OK and skips.unexpected(
        skips.seen(reporter), skips.expected(ROOT)
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Where the time went, and the table of what did not run."""
    for line in _time_by_room(terminalreporter):
        terminalreporter.write_line(line)
    seen = skips.seen(terminalreporter)
    if seen:
        terminalreporter.section("skipped tests")
        for line in skips.table(seen, skips.expected(ROOT)):
            terminalreporter.write_line(line)


def _time_by_room(reporter: pytest.TerminalReporter) -> Iterator[str]:
    spent: defaultdict[str, float] = defaultdict(float)
    for report in skips.reports(reporter):
        kind = next((mark for mark in ("prove", "integration") if mark in report.keywords), "unit")
        spent[f"{report.nodeid.split('/')[1]}, {kind}" if "/" in report.nodeid else kind] += report.duration
    if spent:
        reporter.section("time by room")
    for name, seconds in sorted(spent.items()):
        yield f"{seconds:7.1f} s  {name}"
