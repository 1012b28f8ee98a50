"""Sentences end where a terminal does, and are whole in a log."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from foundation import lines


def shown(text: str, width: int, **more: object) -> list[str]:
    output = io.StringIO()
    lines.show(Console(file=output, width=width), text, **more)  # type: ignore[arg-type]
    return output.getvalue().splitlines()


@pytest.mark.parametrize(("width", "wide"), [(30, 30), (120, 120), (lines.UNBOUNDED, 80)])
def test_a_log_without_a_width_is_read_in_80_columns(width: int, wide: int) -> None:
    assert lines.columns(Console(file=io.StringIO(), width=width)) == wide


def test_from_its_second_line_on_a_sentence_is_indented_behind_its_mark() -> None:
    assert shown("one two three four", 12, mark="  [green]✓[/] ", indent=4) == [
        "  ✓ one two",
        "    three",
        "    four",
    ]
    assert shown("one two three", 8) == ["one two", "  three"]


def test_no_word_is_cut_and_nothing_is_taken_for_markup() -> None:
    path = "/results/" + "x" * 40
    assert shown(f"see {path} [status 500]", 20) == ["see", f"  {path}", "  [status 500]"]


def test_nothing_is_an_empty_line() -> None:
    assert shown("", 20) == [""]
