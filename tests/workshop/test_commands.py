"""Every public command answers --help with an example that calls it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import pytest
import typer

from peakproof.cli import ROOMS


def application(place: str) -> typer.Typer:
    """What a room registers: its Typer application, or one around its function."""
    module, _, name = place.partition(":")
    found = getattr(importlib.import_module(module), name)
    if isinstance(found, typer.Typer):
        return found
    app = typer.Typer()
    app.command()(found)
    return app


def helps(command: object, words: str) -> Iterator[tuple[str, str]]:
    """The words that call each command, and what its --help says."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield words, " ".join((getattr(command, "help", None) or "").split())
        return
    for name, one in inner.items():
        yield from helps(one, f"{words} {name}")


@pytest.mark.parametrize("room", ROOMS)
def test_every_command_has_an_example_that_calls_it(room: str) -> None:
    said = dict(helps(typer.main.get_command(application(ROOMS[room][0])), f"peakproof {room}"))
    assert said
    assert [words for words, text in said.items() if f"Example: {words}" not in text] == []
