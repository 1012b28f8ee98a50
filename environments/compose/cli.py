"""`peakproof env import`: parses, calls, prints; imports when it must."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None)


@app.command("import")
def import_(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Compose files, each over the one before, or a folder; this one without.", metavar="FILE"
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder that is written; the first file's without.", metavar="FOLDER")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="What it is called; as Compose calls it without.", metavar="NAME")
    ] = None,
    entry: Annotated[
        str | None,
        typer.Option(help="The service that customers talk to; guessed without.", metavar="SERVICE"),
    ] = None,
    profile: Annotated[
        list[str] | None, typer.Option(help="With the services of this profile, too.", metavar="PROFILE")
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="Leave this service its image.", metavar="SERVICE")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(help="Leave this service out.", metavar="SERVICE")
    ] = None,
    env_file: Annotated[
        list[Path] | None, typer.Option(help="Variables to fill in, instead of .env.", metavar="FILE")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over what an import wrote.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Write nothing, and fail, where something is not taken over.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout, for machines.")
    ] = False,
) -> None:
    """Make a definition and its platform of a Compose file, and list what it could not take over.

    Example: peakproof env import compose.yaml
    """
    from environments.compose import commands
    from foundation.console import print_json

    wish = commands.Wish(
        files=tuple(files or [Path()]),
        out=out,
        name=name,
        entry=entry,
        profiles=frozenset(profile or ()),
        kept=frozenset(keep or ()),
        without=frozenset(without or ()),
        env_files=tuple(env_file or ()),
        over=force,
        strict=strict,
    )
    done = commands.run(wish)
    if as_json:
        print_json(commands.document(done))
    else:
        commands.show(done)
