"""`python -m environments.images [NAME …]`: builds the built-in images, all of them if none is named."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def build(
    names: Annotated[list[str] | None, typer.Argument(help="images; all if none is named")] = None,
    machine: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Build images that are missing.

    Example: python -m environments.images postgres rabbitmq
    """
    from dataclasses import asdict

    from environments.docker_client import connect
    from environments.images import catalogue, ensure
    from environments.images.display import ImageDisplay
    from foundation.console import people, print_json

    console = people()
    with ImageDisplay(console) as display:
        built = ensure(names or catalogue(), folders={}, client=connect(), progress=display)
    if machine:
        print_json({"images": [asdict(image) for image in built.values()]})
        return
    for image in built.values():
        took = "cached" if image.seconds is None else f"{image.seconds:.1f} s"
        console.print(f"{image.tag:<40} {took}")


if __name__ == "__main__":
    from foundation.console import run

    raise SystemExit(run(app))
