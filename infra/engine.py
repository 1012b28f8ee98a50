"""The Pulumi engine and its plugin for Docker: found on this machine, else installed. Neither is ours."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import IO

from pulumi.automation import CommandResult, LocalWorkspace, PulumiCommand
from pulumi.automation.errors import InvalidVersionError, create_command_error
from semver import VersionInfo

from foundation import folders
from foundation.errors import Unavailable

ENGINE = "3.274.1"
"""The version that is installed where none is on PATH: `infra` is tested with it (scripts/pulumi-engine)."""
PLUGIN = "docker"
_BINARY = f"pulumi-resource-{PLUGIN}"
ATTACHED = "PULUMI_DEBUG_PROVIDERS"
"""Pulumi's own variable: "docker:PORT" names a provider that already listens on loopback."""
_ENDS_WITHIN = 120.0
"""Seconds that an interrupted operation has to finish what it is at: a readiness deadline and more."""


class Engine(PulumiCommand):
    """The Pulumi command. Ctrl-C lets it finish what it is at, so that the state is true; twice ends it."""

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], object] | None = None,
        on_error: Callable[[str], object] | None = None,
    ) -> CommandResult:
        """Runs it in a session of its own: a terminal's Ctrl-C comes to us alone, and from us to it."""
        environment = {**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"}
        with subprocess.Popen(
            [self.command, "--non-interactive", *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            cwd=cwd,
            env=environment,
            encoding="utf-8",
            start_new_session=True,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            out, err = _Lines(process.stdout, on_output), _Lines(process.stderr, on_error)
            status = _ended(process)
            result = CommandResult(stdout=out.text(), stderr=err.text(), code=status)
        if status != 0:
            raise create_command_error(result)
        return result


class _Lines(threading.Thread):
    """Reads a stream to its end beside the work."""

    def __init__(self, stream: IO[str], told: Callable[[str], object] | None) -> None:
        super().__init__(daemon=True)
        self._stream, self._told, self._lines = stream, told, list[str]()
        self.start()

    def run(self) -> None:
        for line in self._stream:
            self._lines.append(line.rstrip())
            if self._told:
                self._told(line.rstrip())

    def text(self) -> str:
        self.join()
        return "\n".join(self._lines)


def _ended(process: subprocess.Popen[str]) -> int:
    try:
        return process.wait()
    except BaseException:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_ENDS_WITHIN)
        finally:
            if process.poll() is None:
                process.kill()
        raise


def home() -> Path:
    """Where the engine is installed for this person, unless it is on PATH."""
    return folders.cache() / "pulumi" / ENGINE


def command() -> Engine:
    """The engine: on PATH, in the person's cache, else installed there by the SDK. Raises Unavailable."""
    try:
        if shutil.which("pulumi"):
            return Engine()
        if not (home() / "bin" / "pulumi").exists():
            _install()
        return Engine(root=str(home()))
    except InvalidVersionError as error:
        raise Unavailable(
            f"the Pulumi command does not fit the SDK {version('pulumi')}: {error}", hint=_BY_HAND
        ) from error
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unavailable(f"the Pulumi command does not run: {error}", hint=_BY_HAND) from error


_BY_HAND = (
    f"install Pulumi {ENGINE} or newer, so that `pulumi version` answers; in a clone,"
    " scripts/pulumi-engine builds it where Go is"
)


def _install() -> None:
    try:
        PulumiCommand.install(root=str(home()), version=VersionInfo.parse(ENGINE))
    except Exception as error:
        raise Unavailable(
            f"the Pulumi command is not on PATH and cannot be downloaded: {_first_line(error)}", hint=_BY_HAND
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def require_plugin(workspace: LocalWorkspace) -> None:
    """The Docker plugin: attached, on PATH, installed, else installed now. Raises Unavailable."""
    wanted = version("pulumi-docker")
    if _attached() or shutil.which(_BINARY):
        return
    if any(plugin.name == PLUGIN and plugin.version == wanted for plugin in workspace.list_plugins()):
        return
    try:
        workspace.install_plugin(PLUGIN, f"v{wanted}")
    except Exception as error:
        raise Unavailable(
            f"Pulumi's Docker plugin {wanted} is not installed and cannot be downloaded",
            hint=f"run `pulumi plugin install resource docker v{wanted}` where its host can be reached,"
            f" or put {_BINARY} of that version on PATH",
        ) from error


def _attached() -> bool:
    return any(one.startswith(f"{PLUGIN}:") for one in os.environ.get(ATTACHED, "").split(","))
