"""`peakproof anonymize publish` and `load`: the way of masked data out of the production zone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anonymizer.options import (
    Ephemeral,
    InEnvironment,
    Json,
    KeyCommand,
    KeyFile,
    KeyVariable,
    PassphraseVariable,
    PolicyFile,
    Replace,
    SourceDsn,
    SourceVariable,
    TargetDsn,
    TargetVariable,
    chosen_key,
    dsn,
)  # fmt: skip
from anonymizer.progress_bar import bar
from foundation.errors import InputError

if TYPE_CHECKING:
    from anonymizer.audit.record import Audit

_SIGN = typer.Option(metavar="FILE", help="The Ed25519 key that signs: `key signing` makes one.")
_RECIPIENT = typer.Option(metavar="AGE", help="Who may open it: age1…, or a file that holds it. Repeat it.")


def publish(
    *,
    policy: PolicyFile,
    source: SourceDsn = None,
    source_variable: SourceVariable = None,
    scratch: Annotated[
        str | None,
        typer.Option(metavar="DSN", help="A migrated database beside the source; its rows are replaced."),
    ] = None,
    scratch_variable: Annotated[
        str | None,
        typer.Option("--scratch-dsn-env", metavar="NAME", help="The variable that holds the scratch's DSN."),
    ] = None,
    sign: Annotated[Path, _SIGN],
    recipient: Annotated[list[str], _RECIPIENT],
    out: Annotated[
        Path,
        typer.Option(metavar="PATH", help="The dataset's file, or a folder for a new one."),
    ],
    key_file: KeyFile = None,
    key_variable: KeyVariable = None,
    key_command: KeyCommand = None,
    passphrase_variable: PassphraseVariable = None,
    ephemeral_key: Ephemeral = False,
    environment: InEnvironment = None,
    as_json: Json = False,
) -> None:
    """Mask, check, sign and encrypt the source into a dataset.

    Run it where production is, by a timer.

    Example: peakproof anonymize publish --source service=production --scratch service=scratch
    --policy policy.yaml --key-file key.hex --sign audit.pem --recipient qa.age.pub --out /srv/datasets
    """
    import anonymizer
    from anonymizer.audit import signing
    from anonymizer.datasets import publishing, sealing
    from foundation.console import people

    vouching = publishing.Vouching(
        signer=signing.private_key(sign), recipients=[sealing.recipient(each) for each in recipient]
    )
    chosen = anonymizer.load_policy(policy, environment)
    places = dsn(source, source_variable, "source"), dsn(scratch, scratch_variable, "scratch")
    file = _named(out, chosen.name)
    with (
        bar() as progress,
        chosen_key(key_file, key_variable, key_command, passphrase_variable, ephemeral=ephemeral_key) as key,
    ):
        audit = publishing.publish(
            *places, chosen, key, vouching, file, progress=progress, told=people().print
        )
    _show(file, audit, as_json=as_json)


def load(
    dataset: Annotated[Path, typer.Argument(metavar="DATASET", help="A file that `publish` wrote.")],
    *,
    target: TargetDsn = None,
    target_variable: TargetVariable = None,
    identity: Annotated[Path, typer.Option(metavar="FILE", help="The age identity that opens it.")],
    signer: Annotated[Path, typer.Option(metavar="FILE", help="The public key of whom you trust.")],
    replace: Replace = False,
    as_json: Json = False,
) -> None:
    """Load a dataset into a target, checked against its signature.

    The target is migrated and empty.

    Example: peakproof anonymize load shop.dataset --target service=qa --identity qa.age
    --signer audit.pem.pub
    """
    import anonymizer
    from anonymizer import screen

    place = dsn(target, target_variable, "target")
    with bar() as progress:
        manifest = anonymizer.load_dataset(
            dataset, identity, signer, place, progress=progress, replace=replace
        )
    screen.show_receipt(manifest.receipt, as_json=as_json)


def _named(out: Path, policy: str) -> Path:
    """The dataset's file. Raises InputError: there is no folder for it."""
    from datetime import UTC, datetime

    if out.is_dir():
        return out / f"{policy}-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.dataset"
    if not out.parent.is_dir():
        raise InputError("no such folder", where=str(out.parent), hint="make it, or name another")
    return out


def _show(file: Path, audit: Audit, *, as_json: bool) -> None:
    from foundation.console import people, print_json

    rows = sum(table.rows for table in audit.tables)
    if as_json:
        print_json({"file": str(file), "bytes": file.stat().st_size, "rows": rows, "audit": audit.to_dict()})
    else:
        size = file.stat().st_size / 1e6
        holds = f"{rows:,} rows of {len(audit.tables)} tables, {size:,.1f} MB"
        people().print(f"{file}: {holds}, signed and encrypted")
