"""How a person agrees to a change: --yes, a yes on the terminal, or, for production, the name itself."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from environments.topology import EnvironmentClass
from foundation.errors import InputError, Refused

Confirm = Callable[[str], bool]


def how(name: str, of: EnvironmentClass, *, yes: bool, typed: str | None, doing: str) -> Confirm:
    """Asks whether the stack of that name may be changed. Raises Refused at once for a wrong name.

    What is returned raises InputError where nobody can be asked.
    """
    if of is EnvironmentClass.PRODUCTION:
        if typed is not None:
            _named(name, typed, "production")
        return lambda name: _named(name, typed, "production")
    return lambda _: yes or _agreed(doing)


def rehearsal(name: str, typed: str | None) -> None:
    """Load and faults go to a staging only where its name was typed. Raises Refused, InputError."""
    _named(name, typed, "a staging that stays, and load and faults will go to it")


def _named(name: str, typed: str | None, what: str) -> bool:
    if typed is None:
        _refuse_without_terminal(f"this is {what}: its name must be typed (--confirm {name})")
        typed = typer.prompt(f"This is {what}. Type its name ({name}) to go on", err=True, default="")
    if typed != name:
        raise Refused(f"{typed!r} is not the name of this stack: nothing was changed", hint=f"type {name}")
    return True


def _agreed(doing: str) -> bool:
    _refuse_without_terminal("nobody can be asked here, so nothing was changed (--yes agrees)")
    return typer.confirm(doing, err=True)


def _refuse_without_terminal(what: str) -> None:
    if not sys.stdin.isatty():
        raise InputError(what, hint="give the option, or run it on a terminal")
