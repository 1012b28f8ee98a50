"""Errors that nobody foresaw, told by their kind and place alone: what they say may quote a value."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import typer

from foundation.errors import PeakproofError

_Said = ParamSpec("_Said")
_Given = TypeVar("_Given")


def quoting_nothing(command: Callable[_Said, _Given]) -> Callable[_Said, _Given]:
    """The command, of whose bugs no text and no traceback is seen. Raises PeakproofError in their place."""

    @wraps(command)
    def quiet(*args: _Said.args, **options: _Said.kwargs) -> _Given:
        try:
            return command(*args, **options)
        except (PeakproofError, typer.TyperException, typer.Abort, typer.Exit, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever is left is our bug
            kind, where = type(error).__name__, _line(error)
        # Outside of the handler: the error is not kept as the context of ours, which a traceback would print.
        hint = "report it with this line; what it says is not shown, as it may quote a value"
        raise PeakproofError(f"this is a bug in peakproof: {kind}", where=where, hint=hint)

    return quiet


def _line(error: BaseException) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
