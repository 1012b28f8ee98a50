"""What pytest calls: settings, the fixture, logs beside failures, the end of the run."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from pytest_peakproof import settings
from pytest_peakproof.command import CommandFailed
from pytest_peakproof.environment import PeakproofEnv
from pytest_peakproof.run import Run

FIXTURE = "peakproof_env"
_RUN = pytest.StashKey[Run]()
_TOLD = pytest.StashKey[str]()
_SHARED = "peakproof"
_FINE = ("running", "done")


def pytest_addoption(parser: pytest.Parser) -> None:
    settings.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", None)  # of a worker of pytest-xdist
    config.stash[_RUN] = Run.of_worker(given[_SHARED]) if given else Run(settings.read(config))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 - pytest-xdist's, which may not be there
    """A worker is about to start: it is told where the others are, and this process keeps the lease."""
    run = node.config.stash[_RUN]
    node.workerinput[_SHARED] = run.shared()
    run.keep_renewing()


@pytest.fixture(scope="session")
def peakproof_env(request: pytest.FixtureRequest) -> PeakproofEnv:
    """An environment of Peakproof, one for the whole run: addresses, connection strings, states and logs."""
    run = request.config.stash[_RUN]
    try:
        environment = run.environment()
    except CommandFailed as error:
        pytest.fail(f"no environment: {error}", pytrace=False)
    run.keep_renewing()
    return environment


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    lines = item.config.stash[_RUN].log_lines
    if report.failed and lines and FIXTURE in getattr(item, "fixturenames", ()):
        environment = item.config.stash[_RUN].standing()
        if environment is not None:
            report.sections.append((f"nodes of {environment.name}", _shown(environment, lines)))
    return report


def _shown(environment: PeakproofEnv, lines: int) -> str:
    """States that are not as they should be, and the ends of all logs."""
    try:
        states = [
            f"{node} is {state}\n" for node, state in environment.states().items() if state not in _FINE
        ]
        return "".join(states) + environment.logs(lines=lines)
    except CommandFailed as error:
        return str(error)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Innermost of what wraps, so that the workers have ended and the summary is still to come."""
    try:
        yield
    finally:
        run = session.config.stash.get(_RUN, None)
        session.config.stash[_TOLD] = run.end() if run else ""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    told = config.stash.get(_TOLD, "")
    if told:
        terminalreporter.write_line(f"peakproof: {told}")
