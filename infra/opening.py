"""Opens a stack: the engine, the plugin, the backend with its passphrase, and the stack of that name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from pulumi.automation import LocalWorkspace, ProjectBackend, ProjectSettings
from pulumi.automation.errors import CommandError

from foundation.errors import InputError
from infra import engine, record
from infra.backend import Backend
from infra.deployment import Deployment, PlainStack, Told
from infra.engine import Engine
from infra.pulumi_errors import NoStack, meaning
from infra.record import Record
from infra.recording import PROJECT
from infra.state import EMPTY, State

# What is asked of the engine itself, whatever the person's own settings are.
_SETTINGS = {"PULUMI_SKIP_UPDATE_CHECK": "true", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"}


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A stack, and what its state said when it was opened. `new`: it was made just now."""

    deployment: Deployment
    state: State
    backend: Backend
    new: bool

    @property
    def record(self) -> Record | None:
        """What the stack remembers of its instance."""
        return record.read(self.state.outputs)

    def required(self) -> Record:
        """The same. Raises InputError where nothing was ever brought up."""
        if self.record is None:
            raise InputError(
                f"nothing was ever brought up as {self.deployment.name!r}",
                hint="`peakproof infra up` brings it up",
            )
        return self.record


@contextmanager
def opened(
    name: str, backend: Backend, *, command: Engine, told: Told, create: bool = False
) -> Iterator[Opened]:
    """The stack of that name; made where there is none, if `create`. Raises InputError, Unavailable.

    A stack that was made and has nothing at the end is none again.
    """
    with TemporaryDirectory(prefix="peakproof-infra-") as folder:
        workspace = LocalWorkspace(
            work_dir=folder,
            pulumi_command=command,
            env_vars={**_SETTINGS, **backend.environment},
            project_settings=ProjectSettings(
                name=PROJECT, runtime="python", backend=ProjectBackend(backend.url)
            ),
        )
        engine.require_plugin(workspace)
        found = _found(Deployment(PlainStack(name, workspace), told), workspace, backend, create=create)
        try:
            yield found
        finally:
            if found.new and not found.deployment.state().resources:
                found.deployment.forget()


def _names(workspace: LocalWorkspace) -> list[str]:
    """The stacks of this state."""
    return sorted(summary.name.rpartition("/")[2] for summary in workspace.list_stacks())


def _found(deployment: Deployment, workspace: LocalWorkspace, backend: Backend, *, create: bool) -> Opened:
    try:
        return Opened(deployment=deployment, state=deployment.state(), backend=backend, new=False)
    except NoStack:
        if not create:
            raise NoStack(deployment.name, others=_names(workspace)) from None
    backend.confirm()
    try:
        workspace.create_stack(deployment.name)
    except CommandError as error:
        raise meaning(error, (), name=deployment.name, doing=f"making the stack {deployment.name}") from error
    return Opened(deployment=deployment, state=EMPTY, backend=backend, new=True)
