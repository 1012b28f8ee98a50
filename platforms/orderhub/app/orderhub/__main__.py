"""python -m orderhub PROCESS: reads the settings, sets up logs, runs one process until SIGTERM."""

from __future__ import annotations

import logging.config
import os
import sys
from collections.abc import Callable
from types import MappingProxyType

from orderhub.logs import configuration
from orderhub.settings import Settings, SettingsError, from_environment

log = logging.getLogger("orderhub")

# Imports stay inside: each process pays at start for its own libraries only.


def _migrate(settings: Settings) -> None:
    from orderhub.database import conninfo
    from orderhub.migrate import migrate

    migrate(conninfo(settings, process="migrate"), settings.migrations)


def _api(settings: Settings) -> None:
    from orderhub.serving import serve

    serve("orderhub.api:create", settings, process="api", port=8000)


def _erp(settings: Settings) -> None:
    from orderhub.serving import serve

    serve("orderhub.erp:create", settings, process="erp", port=8080)


def _relay(settings: Settings) -> None:
    from orderhub.relay import relay
    from orderhub.sessions import run_until_stopped

    run_until_stopped(relay, settings)


def _worker(settings: Settings) -> None:
    from orderhub.sessions import run_until_stopped
    from orderhub.worker import work

    run_until_stopped(work, settings)


PROCESSES: MappingProxyType[str, Callable[[Settings], None]] = MappingProxyType(
    {"migrate": _migrate, "api": _api, "relay": _relay, "worker": _worker, "erp": _erp}
)


def main(arguments: list[str]) -> int:
    """Exit code: 0 stopped as asked, 1 failed, 2 wrong input."""
    if len(arguments) != 1 or arguments[0] not in PROCESSES:
        print(f"usage: python -m orderhub {{{','.join(PROCESSES)}}}", file=sys.stderr)
        return 2
    process = arguments[0]
    try:
        settings = from_environment(os.environ)
        logging.config.dictConfig(configuration(process, settings.log_level))
        PROCESSES[process](settings)
    except SettingsError as error:
        print(f"orderhub {process}: {error}", file=sys.stderr)
        return 2
    except Exception as error:  # the last line of a process that dies says why
        log.critical("%s: %s", type(error).__name__, error, exc_info=error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
