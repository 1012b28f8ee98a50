"""`peakproof anonymize file`: masks files, folders of files, and stdin to stdout."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
    chosen_key,
)
from anonymizer.progress_bar import bar
from foundation.errors import ExitCode, InputError


def file(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="A file, a folder of files, or - for stdin.")
    ],
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="The same, or - for stdout.")],
    *,
    policy: PolicyFile,
    key_file: KeyFile = None,
    key_variable: KeyVariable = None,
    key_command: KeyCommand = None,
    passphrase_variable: PassphraseVariable = None,
    ephemeral_key: Ephemeral = False,
    environment: InEnvironment = None,
    table: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="The policy's table; otherwise the file's name without its ending."
        ),
    ] = None,
    delimiter: Annotated[
        str, typer.Option(metavar="CHARACTER", help="What stands between CSV's columns.")
    ] = ",",
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that mask.")] = 1,
    digest: Annotated[
        bool, typer.Option("--digest", help="Compute each table's digest; takes time.")
    ] = False,
    verify: Annotated[
        bool, typer.Option(help="Search the output for originals; a stream cannot be read again.")
    ] = True,
    replace: Annotated[bool, typer.Option("--replace", help="Replace what the target holds.")] = False,
    as_json: Json = False,
) -> None:
    """Mask CSV and Parquet files, or stdin to stdout.

    The policy's tables are named after the files.

    Example: peakproof anonymize file customers.parquet masked.parquet --policy policy.yaml --key-file key.hex
    """
    import anonymizer
    from anonymizer.files import screen
    from anonymizer.files.run import STREAM, Options, anonymize_files

    if len(delimiter) != 1:
        raise InputError("--delimiter takes one character", hint="for a tab write --delimiter $'\\t'")
    if as_json and target == STREAM:
        raise InputError("stdout takes the rows or the JSON document, not both", hint="name a file as TARGET")
    options = Options(
        table=table, delimiter=delimiter, workers=workers, replace=replace, digests=digest, verify=verify
    )
    chosen = anonymizer.load_policy(policy, environment)
    with (
        bar() as progress,
        chosen_key(key_file, key_variable, key_command, passphrase_variable, ephemeral=ephemeral_key) as key,
    ):
        done = anonymize_files(source, target, chosen, key, options=options, progress=progress)
    screen.show_files(done, as_json=as_json)
    raise typer.Exit(ExitCode.FAIL if done.verified is False else ExitCode.OK)
