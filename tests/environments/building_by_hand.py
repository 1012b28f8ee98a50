"""A command that can be killed: brings an environment up under a lease of its own length, then waits.

Called as: python -m tests.environments.building_by_hand DEFINITION NAME LEASE_SECONDS
"""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

from environments import environment, images
from environments.containers import leases, locks
from environments.docker_client import connect
from environments.fleet import connected
from environments.loading import site_of, topology_of
from environments.wanted import Wanted


def main(definition: str, name: str, lease_seconds: str) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background inherits it ignored
    loaded = topology_of(definition, beside=Path.cwd())
    wanted = Wanted(
        name=name,
        topology=loaded.topology,
        site=site_of("laptop", beside=Path.cwd()),
        folders=loaded.definition.platform.image_sources(loaded.topology.images()),
    )
    client = connect()
    fleet = connected(wanted.site.engines, client)
    built = environment.prepare_images(wanted, fleet, images.silent)
    lease = leases.kept(client, name, built["python"], seconds=float(lease_seconds))
    with locks.held(client, name, built["python"]), lease:
        environment.up(wanted, fleet, built, lambda _: None)
        print("up", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
