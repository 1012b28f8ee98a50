"""A platform's folder as its owner describes it: which processes there are, and how the platform is asked.

Reading only: nothing of the platform's own code is imported or run here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from environments.topology import Lifecycle
from foundation import documents
from foundation.documents import Document, Input, Location
from foundation.errors import Problem
from foundation.units import Duration


def checked_name(text: str) -> str:
    """`text`, if it may name a service, a platform or an environment. Raises ValueError."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,40}", text):
        raise ValueError(f"{text!r} must be lower-case letters, digits and dashes, a letter first")
    return text


def _delay(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]*->[a-z][a-z0-9_-]*", text):
        raise ValueError(f"{text!r} must be two events with an arrow, such as accepted->erp")
    return text


def _http_path(text: str) -> str:
    """What stands as it is in a request's first line and in a balancer's configuration."""
    if not re.fullmatch(r"/[A-Za-z0-9._~!&()*+,;=:@%/?-]*", text):
        raise ValueError(
            f"{text!r} must be a path such as /health/ready, without spaces, quotes or line breaks"
        )
    return text


HttpPath = Annotated[str, AfterValidator(_http_path)]
Delay = Annotated[str, AfterValidator(_delay)]


def _variable(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        raise ValueError(f"{text!r} is no name of an environment variable")
    return text


def _account(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]{0,62}", text):
        raise ValueError(f"{text!r} must be at most 63 letters, digits, dots, _ and -, a letter or _ first")
    return text


Account = Annotated[str, AfterValidator(_account)]
"""A user or a database of a server: it stands in connection strings and configurations, unquoted."""
Name = Annotated[str, AfterValidator(checked_name)]
VariableName = Annotated[str, AfterValidator(_variable)]


class ReadyCommand(Input):
    """A command run inside the node; it is ready while the command ends with status 0."""

    command: tuple[str, ...] = Field(min_length=1)


class InEnvironment(Input):
    """A secret in an environment variable, where everybody who may ask Docker sees it."""

    delivered: Literal["environment"] = Field(alias="as", description="a file is the better way")
    variable: VariableName


Delivery = str | InEnvironment
"""How a process is given a secret: as a file at a path, or in a variable."""


class ProcessInput(Input):
    """One kind of process of the platform."""

    image: str = Field(description="folder of the platform that holds its Dockerfile")
    command: tuple[str, ...] = ()
    environment: dict[str, str] = Field(default={})
    secrets: tuple[str, ...] = Field(default=(), description="keys of `secrets` that this process may read")
    port: int | None = Field(default=None, ge=1, le=65535)
    ready: HttpPath | ReadyCommand | None = Field(default=None, description="a path on `port`, or a command")
    needs: tuple[Name, ...] = Field(default=(), description="services that must be ready before it starts")
    lifecycle: Lifecycle = Lifecycle.ALWAYS
    stop_grace: Duration = 10.0

    @model_validator(mode="after")
    def _path_needs_port(self) -> ProcessInput:
        if isinstance(self.ready, str) and self.port is None:
            raise ValueError("`ready` is a path, so `port` must say on which port it answers")
        return self


class PlatformInput(Input):
    """platform.yaml: what the platform consists of and how it is filled, loaded and asked."""

    platform: Name
    description: str = ""
    environment: dict[str, str] = Field(default={})
    secrets: dict[str, Delivery] = Field(
        default={},
        description="service.secret, or one of the definition's -> path of its file, or a variable",
    )
    processes: dict[Name, ProcessInput] = Field(min_length=1)
    conservation: str | None = Field(default=None, description="SQL: what became of each order of a run")
    feeds: dict[Name, str] = Field(default={}, description="SQL whose rows the load generator draws from")
    delays: dict[Delay, str] = Field(
        default={}, description="SQL files: how long each order of a run took from one event to another"
    )
    gauges: dict[Literal["queue age", "outbox lag"], str] = Field(
        default={}, description="SQL: one number of seconds, asked each second while a load runs"
    )
    reset: str | None = Field(default=None, description="SQL file: what a run left behind, taken back")
    journeys: str | None = None
    policy: str | None = None
    sample: str | None = Field(
        default=None, description="a Python file, or a package: data that plays production"
    )


@dataclass(frozen=True, kw_only=True)
class Platform:
    """A platform's folder and what its platform.yaml says."""

    folder: Path
    written: PlatformInput
    document: Document

    @property
    def name(self) -> str:
        return self.written.platform

    def image(self, process: ProcessInput) -> str:
        """Image name of a process: platform/folder."""
        return f"{self.name}/{process.image}"

    def image_folders(self) -> dict[str, Path]:
        """Image name -> folder, for the builder."""
        used = self.written.processes.values()
        return {self.image(process): self.folder / process.image for process in used}

    def file(self, name: str) -> Path:
        """A file of the folder that platform.yaml names."""
        return self.folder / name


def load(path: Path) -> Platform:
    """The platform described by a platform.yaml. Raises InputError with every problem."""
    written, document = documents.load(path, PlatformInput)
    platform = Platform(folder=path.parent, written=written, document=document)
    documents.refuse(document, [*_missing_files(platform), *_unknown_secrets(platform)])
    return platform


def _missing_files(platform: Platform) -> list[Problem]:
    problems = []
    named: list[tuple[Location, str | None]] = [
        ((key,), getattr(platform.written, key)) for key in ("conservation", "reset", "journeys", "policy")
    ]
    named += [(("delays", delay), name) for delay, name in platform.written.delays.items()]
    named.append((("sample",), _file_of_sample(platform)))
    for at, name in named:
        if name and not platform.file(name).is_file():
            problems.append(platform.document.problem(at, f"no such file: {platform.file(name)}"))
    for name, process in platform.written.processes.items():
        if not (platform.folder / process.image / "Dockerfile").is_file():
            what = f"no Dockerfile in {platform.folder / process.image}"
            problems.append(platform.document.problem(("processes", name, "image"), what))
    return problems


def _file_of_sample(platform: Platform) -> str | None:
    """A sample is a module, or a package."""
    name = platform.written.sample
    return f"{name}/__init__.py" if name and platform.file(name).is_dir() else name


def _unknown_secrets(platform: Platform) -> list[Problem]:
    known = platform.written.secrets
    return [
        platform.document.problem(
            ("processes", name, "secrets", index),
            f"unknown secret {secret!r}",
            documents.did_you_mean(secret, known),
        )
        for name, process in platform.written.processes.items()
        for index, secret in enumerate(process.secrets)
        if secret not in known
    ]
