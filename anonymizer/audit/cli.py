"""`peakproof anonymize audit`: writes the report of a masked copy, signs it, and checks one again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anonymizer.options import (
    InEnvironment,
    Json,
    KeyCommand,
    KeyFile,
    KeyVariable,
    PassphraseVariable,
    PolicyFile,
    SourceDsn,
    SourceVariable,
    TargetDsn,
    TargetVariable,
    dsn,
    key_if_any,
)  # fmt: skip
from foundation.errors import ExitCode

if TYPE_CHECKING:
    from anonymizer.audit.checking import Checked

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="Report what was masked how, with a signature.",
)  # fmt: skip


@app.command()
def report(
    *,
    policy: PolicyFile,
    source: SourceDsn = None,
    source_variable: SourceVariable = None,
    target: TargetDsn = None,
    target_variable: TargetVariable = None,
    key_file: KeyFile = None,
    key_variable: KeyVariable = None,
    key_command: KeyCommand = None,
    passphrase_variable: PassphraseVariable = None,
    environment: InEnvironment = None,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where index.html and audit.json go.")],
    sign: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The Ed25519 key that signs; without it: unsigned.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a copy once more, and write the audit report.

    With the key of the run, rows are matched whose primary keys are masked.

    Example: peakproof anonymize audit report --source service=production --target service=qa
    --policy policy.yaml --sign audit.pem --out audit
    """
    import anonymizer
    from anonymizer.audit import gathering, signing, writing
    from foundation.console import people, print_json

    signing_key = None if sign is None else signing.private_key(sign)
    chosen = anonymizer.load_policy(policy, environment)
    places = dsn(source, source_variable, "source"), dsn(target, target_variable, "target")
    with (
        key_if_any(key_file, key_variable, key_command, passphrase_variable) as masking_key,
        people().status("reading both databases") as status,
    ):
        audit = gathering.gather(*places, chosen, masking_key, told=status.update)
    document = writing.write(audit, out, signing_key)
    if as_json:
        print_json(document)
    else:
        people().print(f"{'PASS' if audit.passes else 'FAIL'}: {out / writing.PAGE} and {out / writing.FILE}")
    raise typer.Exit(ExitCode.OK if audit.passes else ExitCode.FAIL)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The report's audit.json.")],
    *,
    public_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The public key of whom you trust to sign.")
    ] = None,
    target: TargetDsn = None,
    target_variable: TargetVariable = None,
    as_json: Json = False,
) -> None:
    """Check a report's signature, and that a copy is unchanged.

    The copy is the database that the report describes.

    Example: peakproof anonymize audit verify audit/audit.json --public-key audit.pem.pub --target service=qa
    """
    from anonymizer.audit import checking

    named = target is not None or target_variable is not None
    found = checking.check(file, public_key, dsn(target, target_variable, "target") if named else None)
    _show(found, as_json=as_json)
    raise typer.Exit(ExitCode.OK if found.passes else ExitCode.FAIL)


def _show(found: Checked, *, as_json: bool) -> None:
    from foundation.console import people, print_json

    if as_json:
        return print_json(found.to_dict())
    for line in found.lines:
        people().print(line, markup=False, highlight=False)
    return None
