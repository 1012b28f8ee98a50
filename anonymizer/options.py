"""The options that several commands share, and what they choose: DSNs and the key. Connects to nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from foundation.errors import InputError, Interrupted

if TYPE_CHECKING:
    from anonymizer.copying.how import Reading
    from anonymizer.pseudonyms.keys import Key

T = TypeVar("T")

_PASSWORDS = "Keep passwords out of it: use PGPASSFILE, a service file, or the option that names a variable."
SourceDsn = Annotated[str | None, typer.Option("--source", metavar="DSN", help=f"The source. {_PASSWORDS}")]
SourceVariable = Annotated[
    str | None,
    typer.Option("--source-dsn-env", metavar="NAME", help="The variable that holds the source's DSN."),
]
TargetDsn = Annotated[str | None, typer.Option("--target", metavar="DSN", help="The migrated target.")]
TargetVariable = Annotated[
    str | None,
    typer.Option("--target-dsn-env", metavar="NAME", help="The variable that holds the target's DSN."),
]
PolicyFile = Annotated[Path, typer.Option("--policy", metavar="FILE", help="What happens to every column.")]
KeyFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="At least 32 random bytes, raw or in hexadecimal.")
]
KeyVariable = Annotated[
    str | None,
    typer.Option("--key-env", metavar="NAME", help="The variable that holds the key in hexadecimal."),
]
KeyCommand = Annotated[
    str | None,
    typer.Option(
        "--key-command", metavar="COMMAND", help="A command that writes the key to stdout; no shell."
    ),
]
Ephemeral = Annotated[
    bool,
    typer.Option(
        "--ephemeral-key", help="A new key that is forgotten at the end: no run can be linked to it."
    ),
]
PassphraseVariable = Annotated[
    str | None,
    typer.Option(
        "--passphrase-env", metavar="NAME", help="The variable that holds the passphrase of --key-file."
    ),
]
InEnvironment = Annotated[
    str | None,
    typer.Option("--environment", metavar="NAME", help="The environment of the policy to go by."),
]
Replace = Annotated[bool, typer.Option("--replace", help="Remove the rows that the target's tables hold.")]
Fraction = Annotated[
    float | None,
    typer.Option(metavar="F", help="Copy this part of the rows, 0.05 is 5 %, and all that they refer to."),
]
Roots = Annotated[
    list[str] | None,
    typer.Option(
        "--root",
        metavar='"TABLE WHERE …"',
        help="Copy these rows, what belongs to them, and what they refer to.",
    ),
]
Hold = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="Hold the snapshot so long, 2h, in a process that outlives this command."
    ),
]
Rate = Annotated[str | None, typer.Option(metavar="RATE", help="Read no faster than this: 50MiB/s.")]
MaxBloatAge = Annotated[
    str | None,
    typer.Option(metavar="COUNT", help="Give the snapshot up when it is so many transactions old: 10M."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def reading(hold: str | None, rate: str | None, oldest: str | None) -> Reading:
    """How the source is to be read. Raises InputError: a quantity that cannot be read."""
    from anonymizer.copying.how import Reading
    from foundation import units

    def read(option: str, written: str | None, parse: Callable[[str], T]) -> T | None:
        try:
            return None if written is None else parse(written)
        except ValueError as error:
            raise InputError(f"{option}: {error}") from None

    def a_second(written: str) -> float:
        size, slash, unit = written.partition("/")
        if slash + unit not in ("/s", ""):
            raise ValueError('expected a rate such as "50MiB/s"')
        return float(units.size(size))

    return Reading(
        hold=read("--hold", hold, units.duration),
        rate=read("--rate", rate, a_second),
        oldest=read("--max-bloat-age", oldest, units.count),
    )


def dsn(written: str | None, variable: str | None, role: str) -> str:
    """The DSN that was given, or that the named variable holds. Raises InputError: none, or both."""
    import os

    if (written is None) == (variable is None):
        raise InputError(f"name the {role} once: --{role} DSN or --{role}-dsn-env NAME")
    if written is not None:
        return written
    assert variable is not None  # the other one is not None
    if variable not in os.environ:
        raise InputError(
            f"the environment variable {variable} is not set", hint=f"it should hold the {role}'s DSN"
        )
    return os.environ[variable]


@contextmanager
def goes_on() -> Iterator[None]:
    """Says of a run that a person interrupts what stays, and how it is gone on with. Raises Interrupted."""
    try:
        yield
    except KeyboardInterrupt:
        hint = "give the same command again: it goes on where it stopped; --replace begins anew"
        what = "interrupted; what was written stays in the target, which is marked incomplete"
        raise Interrupted(what, hint=hint) from None


@contextmanager
def chosen_key(
    file: Path | None,
    variable: str | None,
    command: str | None,
    passphrase_variable: str | None,
    *,
    ephemeral: bool,
) -> Iterator[Key]:
    """The one key that was chosen, forgotten afterwards. Raises InputError: none, several, or no key."""
    key = _key(file, variable, command, passphrase_variable, ephemeral=ephemeral)
    try:
        yield key
    finally:
        key.forget()


@contextmanager
def key_if_any(
    file: Path | None, variable: str | None, command: str | None, passphrase_variable: str | None
) -> Iterator[Key | None]:
    """The key that was chosen, forgotten afterwards; None where none was. Raises InputError."""
    if (file, variable, command, passphrase_variable) == (None,) * 4:
        yield None
        return
    with chosen_key(file, variable, command, passphrase_variable, ephemeral=False) as key:
        yield key


def _key(
    file: Path | None,
    variable: str | None,
    command: str | None,
    passphrase_variable: str | None,
    *,
    ephemeral: bool,
) -> Key:
    from anonymizer.pseudonyms import keys, passphrase

    if sum(given is not None for given in (file, variable, command)) + ephemeral != 1:
        choices = "--key-file FILE, --key-env NAME, --key-command COMMAND or --ephemeral-key"
        raise InputError(f"choose one key: {choices}", hint="`peakproof anonymize key new` makes one")
    if file is not None:
        words = None if passphrase_variable is None else passphrase.from_variable(passphrase_variable)
        return keys.from_file(file, words)
    if passphrase_variable is not None:
        raise InputError("--passphrase-env needs --key-file: the file with the passphrase's salt")
    if variable is not None:
        return keys.from_variable(variable)
    return keys.from_command(command) if command is not None else keys.ephemeral()
