"""The terminal: people read stderr, machines read JSON on stdout, every error is answered the same way."""

from __future__ import annotations

import errno
import json
import math
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from types import FrameType

import typer
from rich.console import Console
from rich.markup import escape

from foundation.errors import ExitCode, Interrupted, PeakproofError, Unavailable
from foundation.lines import UNBOUNDED

VERBOSE = "PEAKPROOF_VERBOSE"
_SAME_WISH = 1.0  # seconds
INTERRUPTED = "interrupted; what this command made has been removed"


def people() -> Console:
    """The console for people: stderr, so that stdout stays free for --json.

    A log has no width: where nobody says one (COLUMNS), tables are as wide as what stands in them. Sentences
    are not: foundation.lines.
    """
    log = not sys.stderr.isatty()
    width = UNBOUNDED if log and not os.environ.get("COLUMNS") else None
    return Console(stderr=True, highlight=False, soft_wrap=log, width=width)


def print_json(value: object) -> None:
    """One JSON document on stdout, for machines."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def run(app: typer.Typer, arguments: Sequence[str] | None = None) -> int:
    """Runs a command line and returns its exit code; every failure becomes a message that says what to do.

    SIGTERM and SIGHUP end a command the way Ctrl-C does, so that it cleans up; Ctrl-C does so in a
    background job, too, which inherits it ignored.
    """
    interrupt = interrupter(time.monotonic)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    command = typer.main.get_command(app)
    given = _verbose_taken(list(sys.argv[1:] if arguments is None else arguments))
    return _answered(lambda: command.main(args=given, prog_name="peakproof", standalone_mode=False))


def _verbose_taken(arguments: list[str]) -> list[str]:
    """The command line without --verbose, which may stand anywhere: people append it to what failed."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    if "--verbose" not in arguments[:end]:
        return arguments
    os.environ[VERBOSE] = "1"
    return [word for word in arguments[:end] if word != "--verbose"] + arguments[end:]


def interrupter(clock: Callable[[], float]) -> Callable[[int, FrameType | None], None]:
    """A signal handler that interrupts; what follows within a second is the same wish and breaks no clean-up.

    timeout(1), `make` and some terminals tell a command twice: itself, and with its group of processes.
    """
    last = -math.inf

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's arguments
        nonlocal last
        before, last = last, clock()
        if last - before > _SAME_WISH:
            raise KeyboardInterrupt

    return interrupt


def _answered(work: Callable[[], object]) -> int:
    try:
        result = work()
        sys.stdout.flush()  # what cannot be written is told here, not after the end
    except PeakproofError as error:
        show(error)
        return int(error.exit_code)
    except typer.TyperException as error:
        _show_usage(error.format_message())
        return int(ExitCode.INPUT)
    except (KeyboardInterrupt, typer.Abort):
        show(Interrupted(INTERRUPTED))
        return int(ExitCode.INTERRUPTED)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            return _bug(error)
        where = error.filename or "what this command's output goes to"
        show(Unavailable(f"no space is left: {where}", hint="free some, then run the same command again"))
        forget_output()
        return int(ExitCode.UNAVAILABLE)
    except Exception as error:  # noqa: BLE001 - the last resort: whatever is left is our bug
        return _bug(error)
    if result == ExitCode.INTERRUPTED:  # Typer makes a status of Ctrl-C, and says nothing
        show(Interrupted(INTERRUPTED))
    return result if isinstance(result, int) else int(ExitCode.OK)


def forget_output() -> None:
    """What could not be written is not tried again when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show(error: PeakproofError) -> None:
    """An error for people: what and where, its evidence, what to do next."""
    console = people()
    console.print(f"[bold red]error:[/] {escape(str(error))}")
    for line in error.detail:
        console.print(f"  {escape(line)}", style="dim" if not line.lstrip().startswith("/") else None)
    if error.hint:
        console.print(f"[bold]what to do:[/] {escape(error.hint)}")
    _show_traceback(error)


def _show_usage(message: str) -> None:
    if message.startswith("Usage:"):  # no arguments at all: typer's message is the help itself
        people().print(escape(message))
    else:
        show(PeakproofError(message, hint="add --help to see what is allowed"))


def _show_traceback(error: Exception) -> None:
    """Where an error comes from, if asked for; in Python's own words, as a table would cut long paths."""
    if os.environ.get(VERBOSE) and error.__traceback__ is not None:
        traceback.print_exception(error)


def _bug(error: Exception) -> int:
    console = people()
    _show_traceback(error)
    console.print(f"[bold red]this is a bug in peakproof:[/] {type(error).__name__}: {escape(str(error))}")
    if not os.environ.get(VERBOSE):
        console.print("run it again with --verbose to see where")
    return int(ExitCode.BUG)
