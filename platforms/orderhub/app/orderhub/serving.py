"""Runs an ASGI application on Granian: one worker process, because a node is the unit of scaling."""

from __future__ import annotations

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels

from orderhub.logs import configuration
from orderhub.settings import Settings


def serve(target: str, settings: Settings, *, process: str, port: int) -> None:
    """Serves until SIGTERM, then finishes what is in hand. `target` is module:factory."""
    Granian(
        target,
        factory=True,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        websockets=False,
        workers=1,
        address=settings.http_host,
        port=settings.http_port or port,
        backlog=1024,
        workers_kill_timeout=max(1, round(settings.stop_grace)),
        log_level=LogLevels.warning,
        log_dictconfig=configuration(process, settings.log_level),
    ).serve()
