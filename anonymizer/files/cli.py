"""`peakproof anonymize file`: masks files, folders of files, and stdin to stdout."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def file(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="A file, a folder of files, or - for stdin.")],
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="The same, or - for stdout.")],
    *,
    policy: PolicyFile,
    key_file: KeyFile = None,
    key_variable: KeyVariable = None,
    key_command: KeyCommand = None,
    ephemeral_key: Ephemeral = False,
    environment: InEnvironment = None,
    table: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The policy's table; otherwise the file's name without its ending."),
    ] = None,
    delimiter: Annotated[str, typer.Option(metavar="CHARACTER", help="What stands between CSV's columns.")] = ",",
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that mask.")] = 1,
    digest: Annotated[bool, typer.Option("--digest", help="Compute each table's digest; takes time.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace what the target holds.")] = False,
    as_json: Json = False,
) -> None:
    """Mask CSV and Parquet files under a policy whose tables are named after the files.

    Example: peakproof anonymize file customers.parquet masked.parquet --policy policy.yaml --key-file key.hex
    """
