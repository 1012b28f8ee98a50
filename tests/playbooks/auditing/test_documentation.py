"""The page says every question, and every test of lynis that a box cannot pass."""

from __future__ import annotations

from pathlib import Path

from playbooks.auditing.areas import checks
from playbooks.auditing.boxed import CANNOT_PASS

PAGE = (Path(__file__).parents[3] / "docs" / "hosts" / "audit.md").read_text()


def test_every_question_is_documented() -> None:
    assert [check for check, asks in checks().items() if f"`{check}` {asks}" not in PAGE] == []


def test_what_cannot_pass_in_a_box_is_documented_with_its_reason() -> None:
    assert [test for test, why in CANNOT_PASS.items() if f"| {test} | {why} |" not in PAGE] == []
