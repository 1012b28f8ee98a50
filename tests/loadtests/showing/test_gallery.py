"""`load profiles`: every profile is drawn, for people and for machines."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from loadtests.cli import app
from loadtests.profiles import PROFILES
from loadtests.showing import gallery


def test_a_short_peak_is_seen_in_the_drawing() -> None:
    assert "█" in gallery.sparkline(PROFILES["bfcm-peak"])
    assert gallery.sparkline(PROFILES["constant"]) == "█" * gallery.WIDTH
    stairs = gallery.sparkline(PROFILES["staircase"])
    assert list(stairs) == sorted(stairs)


def test_people_read_every_profile_with_its_sources() -> None:
    shown = io.StringIO()
    gallery.show(Console(file=shown, width=300), [*PROFILES.values()])
    for shape in PROFILES.values():
        assert shape.name in shown.getvalue()
        assert all(source in shown.getvalue() for source in shape.sources)
    assert "assumed: how fast it fades" in shown.getvalue()


def test_machines_read_points_and_sources() -> None:
    done = CliRunner().invoke(app, ["profiles", "--json"])
    found = json.loads(done.stdout)
    assert done.exit_code == 0
    assert set(found) == set(PROFILES)
    assert found["midnight-drop"]["points"][0] == [0, 0.1]
    assert found["constant"]["mean"] == 1


def test_one_profile_can_be_asked_for() -> None:
    assert list(json.loads(CliRunner().invoke(app, ["profiles", "soak", "--json"]).stdout)) == ["soak"]


def test_a_profile_that_is_not_there_is_told() -> None:
    with pytest.raises(Exception, match="no profile 'sok'"):
        CliRunner().invoke(app, ["profiles", "sok"], catch_exceptions=False)
