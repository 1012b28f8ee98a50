"""What a rehearsal brings up beside its environment, without bringing it up."""

from __future__ import annotations

import pytest

from environments.words import checked_name
from peakproof import bringing_up, season
from tests.peakproof.kiosks import TINY


def test_nobody_can_give_an_environment_the_name_of_the_one_that_plays_production() -> None:
    name = bringing_up.source_name(season.load("./season.yaml", beside=TINY))
    assert name.startswith("kiosk")
    with pytest.raises(ValueError, match="lower-case letters, digits and dashes"):
        checked_name(name)
