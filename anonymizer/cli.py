"""`peakproof anonymize`: discover, check, preview, run, verify. Needs no password in argv."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from anonymizer import key_cli
from anonymizer.audit import cli as audit_cli
from anonymizer.datasets import cli as datasets_cli
from anonymizer.files.cli import file
from anonymizer.memory import never_dumped
from anonymizer.options import (
    Ephemeral,
    Fraction,
    Hold,
    InEnvironment,
    Json,
    KeyCommand,
    KeyFile,
    KeyVariable,
    MaxBloatAge,
    PassphraseVariable,
    PolicyFile,
    Rate,
    Replace,
    Roots,
    SourceDsn,
    SourceVariable,
    TargetDsn,
    TargetVariable,
    chosen_key,
    dsn,
    goes_on,
    key_if_any,
    reading,
)  # fmt: skip
from anonymizer.progress_bar import bar
from anonymizer.quoting import quoting_nothing
from foundation import extras
from foundation.errors import ExitCode
from foundation.files import write_new

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    help="Copy production data into an environment, masked under a policy that names every column.",
    no_args_is_help=True,
)


@app.callback()
def anonymize() -> None:
    """Copy production data into an environment, masked under a policy that names every column."""
    extras.require("anonymize", "anonymizer")
    never_dumped()


def preview(
    *,
    policy: PolicyFile,
    source: SourceDsn = None,
    source_variable: SourceVariable = None,
    key_file: KeyFile = None,
    key_variable: KeyVariable = None,
    key_command: KeyCommand = None,
    passphrase_variable: PassphraseVariable = None,
    ephemeral_key: Ephemeral = False,
    environment: InEnvironment = None,
    rows: Annotated[int, typer.Option(min=1, max=100, help="How many rows of every table.")] = 3,
    as_json: Json = False,
) -> None:
    """Show a few rows as they would be masked. Only masked values are shown, and nothing is written.

    Example: peakproof anonymize preview --source service=production --policy policy.yaml --ephemeral-key
    """
    import anonymizer
    from anonymizer import screen

    chosen = anonymizer.load_policy(policy, environment)
    place = dsn(source, source_variable, "source")
    with chosen_key(key_file, key_variable, key_command, passphrase_variable, ephemeral=ephemeral_key) as key:
        shown = anonymizer.preview(place, chosen, key, rows=rows)
    screen.show_preview(shown, as_json=as_json)


def run(
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
    ephemeral_key: Ephemeral = False,
    replace: Replace = False,
    fraction: Fraction = None,
    root: Roots = None,
    hold: Hold = None,
    rate: Rate = None,
    max_bloat_age: MaxBloatAge = None,
    environment: InEnvironment = None,
    as_json: Json = False,
) -> None:
    """Copy the source, masked, into the target, and check the copy.

    The target is migrated and empty; the receipt is left there.

    Example: peakproof anonymize run --source service=production --target service=qa --policy policy.yaml
    --key-file key.hex
    """
    import anonymizer
    from anonymizer import screen
    from anonymizer.subset.request import request

    chosen, wanted = anonymizer.load_policy(policy, environment), request(fraction, root or ())
    how = reading(hold, rate, max_bloat_age)
    places = dsn(source, source_variable, "source"), dsn(target, target_variable, "target")
    with (
        goes_on(),
        bar() as progress,
        chosen_key(key_file, key_variable, key_command, passphrase_variable, ephemeral=ephemeral_key) as key,
    ):
        receipt = anonymizer.anonymize(
            *places, chosen, key, progress=progress, replace=replace, how=how, wanted=wanted,
            told=screen.show_shares,
        )  # fmt: skip
    screen.show_receipt(receipt, as_json=as_json)
    whole = ExitCode.DIFFERENT if receipt.remarks else ExitCode.OK
    raise typer.Exit(whole if receipt.verified else ExitCode.FAIL)


def discover(
    *,
    source: SourceDsn = None,
    source_variable: SourceVariable = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="The policy's name.")] = "proposal",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A new file for the policy; otherwise it goes to stdout."),
    ] = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every row: find columns that repeat the values of others.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Propose a policy, for you to read and correct.

    It goes by types, names, keys and some values of every column.

    Example: peakproof anonymize discover --source service=production --out policy.yaml
    """
    import anonymizer
    from anonymizer import screen

    with bar() as progress:
        found = anonymizer.discover(dsn(source, source_variable, "source"), deep=deep, progress=progress)
    text = found.policy(name)
    if out is not None:
        hint = "name another file: a policy that somebody has looked at is not written over"
        write_new(out, text.encode(), hint=hint)
        screen.say_proposed(found, out)
    if as_json:
        screen.show_discovery(found)
    elif out is None:
        typer.echo(text, nl=False)


def check(
    *,
    policy: PolicyFile,
    source: SourceDsn = None,
    source_variable: SourceVariable = None,
    target: TargetDsn = None,
    target_variable: TargetVariable = None,
    environment: InEnvironment = None,
    fraction: Fraction = None,
    root: Roots = None,
    as_json: Json = False,
) -> None:
    """Check the policy against the schema; copy nothing.

    The source's, and the target's if you name one.

    With --fraction or --root, say what part of every table that is, under a key made for this question.

    Example: peakproof anonymize check --source service=production --policy policy.yaml
    """
    import anonymizer
    from anonymizer import screen
    from anonymizer.pseudonyms import keys
    from anonymizer.subset.request import request

    chosen, wanted = anonymizer.load_policy(policy, environment), request(fraction, root or ())
    place = dsn(source, source_variable, "source")
    named = target is not None or target_variable is not None
    plan = anonymizer.check(place, chosen, dsn(target, target_variable, "target") if named else None)
    shares = anonymizer.shares(place, chosen, wanted, keys.ephemeral()) if wanted else ()
    screen.show_plan(plan, shares, as_json=as_json)


def verify(
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
    as_json: Json = False,
) -> None:
    """Check a copy again: search it for originals.

    It is compared with its source row by row, searched as a whole, and its receipt is renewed.

    With the key of the run, rows are matched whose primary keys are masked.

    Example: peakproof anonymize verify --source service=production --target service=qa --policy policy.yaml
    """
    import anonymizer
    from anonymizer import screen

    chosen = anonymizer.load_policy(policy, environment)
    places = dsn(source, source_variable, "source"), dsn(target, target_variable, "target")
    with bar() as progress, key_if_any(key_file, key_variable, key_command, passphrase_variable) as key:
        seen = anonymizer.verify(*places, chosen, key, progress=progress)
    screen.show_verification(seen, as_json=as_json)
    raise typer.Exit(ExitCode.OK if seen.passes else ExitCode.FAIL)


def risk(
    *,
    table: Annotated[str, typer.Option(metavar="TABLE", help="The table whose rows are about people.")],
    by: Annotated[
        list[str],
        typer.Option(metavar="COLUMN", help="A quasi-identifier: what somebody may know. Repeat it."),
    ],
    target: TargetDsn = None,
    target_variable: TargetVariable = None,
    source: SourceDsn = None,
    source_variable: SourceVariable = None,
    person: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Whom a row is about; without it each row is somebody."),
    ] = None,
    sensitive: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="What should differ within a group (l-diversity).")
    ] = None,
    enforce: Annotated[
        int | None, typer.Option(min=2, metavar="K", help="Fail when fewer than K share a group.")
    ] = None,
    diversity: Annotated[
        int | None,
        typer.Option(min=2, metavar="L", help="Fail when a group has fewer than L sensitive values."),
    ] = None,
    linkage: Annotated[
        float | None,
        typer.Option(min=0, max=1, metavar="RATE", help="Fail when an attack finds more, beyond guessing."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say who can be singled out in a copy: k-anonymity, linkage.

    Counts how many persons share what somebody may know of them.

    With a source, persons are also looked for by what stands there of them: the linkage attack.

    Example: peakproof anonymize risk --target service=qa --table customers --by segment --by city --enforce 5
    """
    import anonymizer
    from anonymizer import screen
    from anonymizer.policies.people import People, enforced

    place = dsn(target, target_variable, "target")
    original = dsn(source, source_variable, "source") if source or source_variable else None
    people = People(person=person, quasi=by, sensitive=sensitive)
    wanted = enforced(k=enforce, diversity=diversity, linkage=linkage)
    found = anonymizer.measure_risk(place, table, people, enforced=wanted, source=original)
    screen.show_risk(found, as_json=as_json)
    raise typer.Exit(ExitCode.FAIL if found.faults else ExitCode.OK)


# In the order in which they are used, which is that of --help.
app.add_typer(key_cli.app, name="key")
for command in (discover, check, preview, run, verify, risk, datasets_cli.publish, datasets_cli.load, file):
    app.command()(quoting_nothing(command))
app.add_typer(audit_cli.app, name="audit")
