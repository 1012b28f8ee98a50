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
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Write 32 random bytes into a new file that only you can read.

    Example: peakproof anonymize key new --out key.hex
    """
    from anonymizer import keys
    from foundation.console import people, print_json

    fingerprint = keys.create(out).fingerprint()
    if as_json:
        print_json({"file": str(out), "fingerprint": fingerprint})
    else:
        people().print(f"{out}: a new key, fingerprint {fingerprint}. Whoever holds it can try out values.")
