"""The journeys of a platform are known without running its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.errors import InputError
from peakproof.offered_journeys import offered
from tests.peakproof.kiosks import TINY


def test_classes_offer_the_journeys_that_they_name() -> None:
    assert offered(TINY / "kiosk" / "journeys.py") == {"look", "book", "book-the-hard-way"}


def test_orderhub_offers_its_journeys(root: Path) -> None:
    assert offered(root / "platforms/orderhub/journeys.py") == {
        "browse", "place-order", "promo-order", "read-invoices", "pay-invoice", "return-goods",
    }  # fmt: skip


def test_the_file_is_not_run(tmp_path: Path) -> None:
    file = tmp_path / "journeys.py"
    file.write_text("import nowhere\nraise SystemExit\nclass Buy(nowhere.Journey):\n    journey = 'buy'\n")
    assert offered(file) == {"buy"}


def test_names_that_are_made_while_it_runs_are_not_guessed(tmp_path: Path) -> None:
    file = tmp_path / "journeys.py"
    file.write_text("journey = 'not mine'\nclass Buy:\n    journey = 'b' + 'uy'\n    other = 'sell'\n")
    assert offered(file) == frozenset()


def test_a_file_that_is_not_python_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "journeys.py"
    file.write_text("class Buy:\n    journey = = 'buy'\n")
    with pytest.raises(InputError, match=r"journeys\.py:2: not Python"):
        offered(file)
