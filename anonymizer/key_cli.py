"""`peakproof anonymize key`: makes keys. Never prints one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="Make the key that decides every pseudonym.",
    no_args_is_help=True,
)  # fmt: skip


@app.callback()
def _key() -> None:
    """Make the key that decides every pseudonym. Example: peakproof anonymize key new --out key.hex"""


@app.command()
def new(
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A file that does not exist yet.")],
    passphrase_variable: Annotated[
        str | None,
        typer.Option(
            "--passphrase-env",
            metavar="NAME",
            help="A variable that holds a passphrase: the file then gets a salt, and the key needs both.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Write 32 random bytes into a new file that only you can read.

    Example: peakproof anonymize key new --out key.hex
    """
    from anonymizer import keys, passphrase
    from foundation.console import people, print_json

    if passphrase_variable is None:
        fingerprint = keys.create(out).fingerprint()
    else:
        words = passphrase.from_variable(passphrase_variable)
        fingerprint = keys.create_stretched(out, words).fingerprint()
    if as_json:
        print_json({"file": str(out), "fingerprint": fingerprint})
    elif passphrase_variable is not None:
        people().print(
            f"{out}: a salt for your passphrase; the key's fingerprint is {fingerprint}. Keep both."
        )
    else:
        people().print(f"{out}: a new key, fingerprint {fingerprint}. Whoever holds it can try out values.")
