"""A good plan, and what a bad one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.errors import InputError, Problem
from peakproof import season
from tests.peakproof.kiosks import TINY

GOOD = (TINY / "season.yaml").read_text().replace("definition: kiosk", f"definition: {TINY / 'kiosk.yaml'}")


def problems(folder: Path, text: str) -> list[Problem]:
    """What is wrong with a plan; its lines count from 1."""
    (folder / "plan.yaml").write_text(text)
    with pytest.raises(InputError) as raised:
        season.load("./plan.yaml", beside=folder)
    return list(raised.value.problems)


def told(folder: Path, text: str) -> str:
    found = problems(folder, text)
    return "\n".join(f"{each.where}: {each.what}; {each.hint or ''}" for each in found)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1
