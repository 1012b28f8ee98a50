"""Text for people in lines that end where a terminal does: a log that is read in one is no wider than 80."""

from __future__ import annotations

import textwrap

from rich.console import Console
from rich.markup import escape

UNBOUNDED = 1000  # columns of a log of which nobody says how wide it is: as many as no table of ours has
_LOG = 80  # columns that its sentences get


def columns(console: Console) -> int:
    """How long a line of text may be: the terminal's width or what COLUMNS says; 80 where nothing says."""
    return _LOG if console.width >= UNBOUNDED else console.width


def mark(*, holds: bool) -> str:
    """What stands before a check, with markup."""
    return "[green]✓[/]" if holds else "[red]✗[/]"


def show(console: Console, text: str, *, mark: str = "", indent: int = 2) -> None:
    """Shows a text behind a mark (with markup) in as many lines as it takes; from the second on indented.

    The mark stands in the indentation of the first. No word is cut, however long: a path can be copied.
    """
    first = " " * (indent if mark else 0)
    body = textwrap.fill(
        text, columns(console), initial_indent=first, subsequent_indent=" " * indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    console.print(f"{mark}{escape(body[len(first) :])}", soft_wrap=True)
