"""What the `hosts` commands do, for the command line: calls the room, shows people what happens."""

from __future__ import annotations

import time

from environments.docker_client import connect
from environments.images.display import ImageDisplay
from foundation.console import people
from foundation.units import in_words
from playbooks import sandbox
from playbooks.sandbox.describing import UNTESTABLE


def sandbox_up(name: str, count: int) -> dict[str, object]:
    """Makes the sandbox, or starts what stands of it, and says how it is reached."""
    started, client, console = time.monotonic(), connect(), people()
    with ImageDisplay(console) as progress:
        box = sandbox.up(client, name, count, progress)
    console.print(f"[green]{name} is up[/] after {in_words(time.monotonic() - started)}")
    for host, address in box.hosts.items():
        console.print(f"  {host:<12} {address}   ssh -F {box.ssh_config} {host}")
    console.print(f"not testable in a box: {', '.join(UNTESTABLE)}")
    meant = name if box.site.parent != box.folder else str(box.site)
    console.print(f"[bold]next:[/] peakproof hosts configure {meant}")
    return {
        "sandbox": name,
        "site": str(box.site),
        "hosts": {host: str(address) for host, address in box.hosts.items()},
        "virtual_address": str(box.virtual_address),
        "ssh_config": str(box.ssh_config),
        "not_testable": UNTESTABLE,
    }


def sandbox_down(name: str, *, packages: bool) -> None:
    """Removes the sandbox; that nothing was there is no error."""
    count = sandbox.down(connect(), name, packages=packages)
    people().print(f"{name}: {f'{count} things removed' if count else 'nothing was there'}")
