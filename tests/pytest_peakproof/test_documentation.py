"""docs/testing.md says everything there is, and its example runs."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import fields
from http.server import ThreadingHTTPServer

import pytest

from environments.lookup import PACKAGE
from pytest_peakproof import Credentials, PeakproofEnv, settings
from tests.environments.platforms.hello.app.hello import Hello
from tests.pytest_peakproof.suites import suite

pytest_plugins = ["pytester"]
TEXT = (PACKAGE / "docs" / "testing.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)
    assert found, title
    return found[1]


def test_every_setting_is_documented_with_its_option() -> None:
    parser = pytest.Parser(_ispytest=True)
    settings.add(parser)
    told = dict(re.findall(r"^\| `(peakproof_\w+)` \| `(--[\w-]+)`", section("Settings"), re.MULTILINE))
    options = {option.dest: option.names()[0] for option in parser.getgroup("peakproof").options}
    assert told == options
    assert set(told) == {name for name in parser._inidict if name.startswith("peakproof")}


def test_everything_that_a_test_gets_is_documented() -> None:
    told = set(re.findall(r"^\| `(\w+)", section("What a test gets"), re.MULTILINE))
    public = {name for name in vars(PeakproofEnv) if not name.startswith("_")}
    assert told == public | {"name", "endpoints"}
    row = next(line for line in section("What a test gets").splitlines() if "`credentials" in line)
    assert {field.name for field in fields(Credentials)} <= set(re.findall(r"`(\w+)`", row))


@pytest.fixture
def address() -> Iterator[str]:
    """A server that answers everything with 200."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hello)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_example_is_a_suite_that_passes(pytester: pytest.Pytester, address: str) -> None:
    mine = suite(pytester)
    ini, test = (re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)[0] for kind in ("ini", "python"))
    (mine.folder / "pytest.ini").write_text(ini)
    (mine.folder / "test_shop.py").write_text(test)
    mine.answers(up={"name": "mine", "endpoints": {"front": address}})
    mine.run().assert_outcomes(passed=1)
    assert mine.calls("up")[0][1] == str(mine.folder / "shop.yaml")
