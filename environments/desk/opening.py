"""An endpoint in the person's browser, where this machine has one."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Mapping

from environments.desk.credentials import through
from environments.desk.naming import unknown
from environments.instance import Instance
from foundation.errors import Unavailable

_SCREENS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")


def url(instance: Instance, endpoint: str | None) -> str:
    """The address of an endpoint, the entry's unless one is named.

    Raises InputError for an unknown one, Unavailable for one that a host elsewhere keeps to itself.
    """
    known = {each.name: each for each in instance.topology.endpoints}
    name = instance.topology.entry if endpoint is None else endpoint
    if name not in known:
        raise unknown("endpoint", name, known, within=instance.name)
    host, address, port = instance.published(name)
    forwarding = through(instance.hosts[host], address, port)
    if forwarding is not None:
        raise Unavailable(
            f"{name} is reached on {host} alone, over SSH",
            hint=f"`{forwarding}` forwards it to http://127.0.0.1:{port} while it runs",
        )
    return f"{known[name].protocol}://{address}:{port}"


def has_screen(variables: Mapping[str, str], platform: str) -> bool:
    """Whether a browser could show anything: else Python may start one in this terminal. Pure."""
    return platform != "linux" or any(variables.get(name) for name in _SCREENS)


def show(address: str) -> bool:
    """Opens a web page; whether there was anything to open it with."""
    if not address.startswith("http") or not has_screen(os.environ, sys.platform):
        return False
    try:
        return webbrowser.open(address)
    except webbrowser.Error:
        return False
