"""`peakproof anonymize key`: makes keys: of pseudonyms, of signatures, of datasets. Never prints one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from anonymizer.options import Json

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="Make keys: of pseudonyms, of signatures, of datasets.",
    no_args_is_help=True,
)  # fmt: skip

Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="A file that does not exist yet.")]


@app.callback()
def _key() -> None:
    """Make keys. Example: peakproof anonymize key new --out key.hex"""


@app.command()
def new(
    *,
    out: Out,
    passphrase_variable: Annotated[
        str | None,
        typer.Option(
            "--passphrase-env",
            metavar="NAME",
            help="A variable that holds a passphrase: the file then gets a salt, and the key needs both.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write 32 random bytes into a new file that only you can read.

    Example: peakproof anonymize key new --out key.hex
    """
    from anonymizer.pseudonyms import keys, passphrase
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


@app.command()
def signing(*, out: Out, as_json: Json = False) -> None:
    """Make a pair of Ed25519 keys that sign reports and datasets.

    FILE signs, FILE.pub is for those who check.

    Example: peakproof anonymize key signing --out audit.pem
    """
    from anonymizer.audit import signing
    from foundation.console import people, print_json

    public = signing.create(out)
    if as_json:
        return print_json({"file": str(out), "public": str(public)})
    people().print(f"{out} signs: keep it. {public} is for those who check what you signed.")
    return None


@app.command()
def encryption(*, out: Out, as_json: Json = False) -> None:
    """Make a pair of age keys that datasets are encrypted to.

    Whoever publishes has FILE.pub; only FILE opens the dataset.

    Example: peakproof anonymize key encryption --out qa.age
    """
    from anonymizer.datasets import sealing
    from foundation.console import people, print_json

    recipient = sealing.create(out)
    if as_json:
        return print_json({"file": str(out), "recipient": recipient})
    people().print(f"{out} opens datasets: keep it. Publish to {recipient}, or to {out}.pub.")
    return None
