"""An endpoint's URL, printed and, where there is a browser, opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.desk import opening
from foundation.errors import InputError, Unavailable
from tests.environments.commanding import run
from tests.environments.desk.test_credentials import instance
from tests.environments.standing import Standing


def test_the_entry_is_what_is_meant_unless_another_is_named() -> None:
    mine = instance()
    assert opening.url(mine, None) == f"http://127.0.0.1:{mine.ports['balancer']}"
    assert opening.url(mine, "database") == f"tcp://127.0.0.1:{mine.ports['database']}"
    with pytest.raises(InputError, match="no endpoint 'databse'"):
        opening.url(mine, "databse")


def test_what_a_host_elsewhere_keeps_to_itself_is_told_with_the_way_to_it() -> None:
    far = instance("ssh://ops@left.example")
    assert opening.url(far, None) == f"http://192.0.2.7:{far.ports['balancer']}"
    with pytest.raises(Unavailable) as told:
        opening.url(far, "database")
    assert "ssh -N -L" in str(told.value.hint)


@pytest.mark.parametrize(
    ("variables", "platform", "screen"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"BROWSER": "w3m"}, "linux", True),
        ({}, "darwin", True),
    ],
)
def test_where_there_is_no_screen_no_browser_is_started(
    variables: dict[str, str], platform: str, screen: bool
) -> None:
    assert opening.has_screen(variables, platform) is screen


@pytest.mark.integration
def test_the_url_is_printed_and_handed_to_the_browser(shop: Standing, tmp_path: Path) -> None:
    seen, browser = tmp_path / "seen", tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\nprintf %s \"$1\" > '{seen}'\n")
    browser.chmod(0o755)
    said = run("env", "open", shop.name, env={"BROWSER": f"{browser} %s"})
    endpoints = shop.said["endpoints"]
    assert isinstance(endpoints, dict)
    assert (said.stdout.strip(), said.stderr) == (endpoints["front"], "")
    assert seen.read_text() == endpoints["front"]
