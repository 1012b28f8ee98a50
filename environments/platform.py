"""A platform's folder as its owner describes it: which processes there are, and how the platform is asked.

Reading only: nothing of the platform's own code is imported or run here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from environments import references
from environments.image_sources import DOCKERFILE, ImageSource
from environments.questions import QuestionInput
from environments.running import Deliveries, RunningInput
from environments.words import Delay, Name, VariableName
from foundation import documents
from foundation.documents import Document, Input, Location
from foundation.errors import Problem


class ProcessInput(RunningInput):
    """One kind of process of the platform."""

    secrets: tuple[str, ...] = Field(default=(), description="keys of `secrets` that this process may read")


class ImageInput(Input):
    """How an image is built where a folder with a Dockerfile does not say it all."""

    folder: str = Field(default=".", description="build context, from the folder of platform.yaml")
    dockerfile: str = Field(default=DOCKERFILE, description="path in that folder")
    target: str | None = Field(default=None, description="the stage that is the image; else the last")
    args: dict[VariableName, str] = Field(default={}, description="values of the Dockerfile's ARG")


class PlatformInput(Input):
    """platform.yaml: what the platform consists of and how it is filled, loaded and asked."""

    platform: Name
    description: str = ""
    environment: dict[str, str] = Field(default={})
    images: dict[Name, ImageInput] = Field(default={}, description="name -> how it is built")
    secrets: dict[str, Deliveries] = Field(
        default={},
        description="service.secret, or one of the definition's -> path of its file, or a variable",
    )
    processes: dict[Name, ProcessInput] = Field(default={}, description="what kind: application runs")
    database: Name | None = Field(
        default=None, description="the service whose data are filled and asked, where there are several"
    )
    conservation: QuestionInput | None = Field(
        default=None, description="what became of each order of a run: a file of SQL, a URL or a command"
    )
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

    def image(self, named: str) -> str:
        """The image that a person named: a reference as it is, platform/folder of a folder."""
        if references.is_reference(named):
            return named
        return f"{self.name}/{self.name if named == '.' else named}"

    def images(self) -> frozenset[str]:
        """The images that its processes run."""
        return frozenset(self.image(process.image) for process in self.written.processes.values())

    def image_sources(self, images: Iterable[str]) -> dict[str, ImageSource]:
        """Image name -> what it is built from: those of `images` that this platform builds."""
        prefix = f"{self.name}/"
        own = (each for each in images if each.startswith(prefix) and not references.is_reference(each))
        return {image: self._source(image.removeprefix(prefix)) for image in own}

    def _source(self, name: str) -> ImageSource:
        """What is built under that name: as `images` says, else the folder of that name.

        The image of the platform's own folder is called like the platform.
        """
        if said := self.written.images.get(name):
            return ImageSource(
                folder=self.folder / said.folder,
                dockerfile=said.dockerfile,
                target=said.target,
                args=said.args,
            )
        folder = self.folder / name
        itself = name == self.name and not (folder / DOCKERFILE).is_file()
        return ImageSource(folder=self.folder if itself else folder)

    def folders(self) -> list[str]:
        """The folders that have a Dockerfile."""
        found = self.folder.glob(f"*/{DOCKERFILE}")
        return sorted(path.parent.name for path in found)

    def lacks(self, image: str) -> str | None:
        """What is missing of an image that a person named, as far as files can tell."""
        if references.is_reference(image):
            return None
        return (ImageSource(folder=self.folder) if image == "." else self._source(image)).lacks()

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
        ((key,), getattr(platform.written, key)) for key in ("reset", "journeys", "policy")
    ]
    if platform.written.conservation is not None:
        named.append((("conservation",), platform.written.conservation.sql))
    named += [(("delays", delay), name) for delay, name in platform.written.delays.items()]
    named.append((("sample",), _file_of_sample(platform)))
    for at, name in named:
        if name and not platform.file(name).is_file():
            problems.append(platform.document.problem(at, f"no such file: {platform.file(name)}"))
    lacking = {name: platform.lacks(name) for name in platform.written.images}
    problems += [platform.document.problem(("images", name), lack) for name, lack in lacking.items() if lack]
    for name, process in platform.written.processes.items():
        if lack := platform.lacks(process.image):
            meant = documents.did_you_mean(process.image, platform.folders())
            hint = f"{meant}; {references.hint(process.image)}"
            problems.append(platform.document.problem(("processes", name, "image"), lack, hint))
    return problems


def _file_of_sample(platform: Platform) -> str | None:
    """A sample is a module, or a package."""
    name = platform.written.sample
    return f"{name}/__init__.py" if name and platform.file(name).is_dir() else name


def _unknown_secrets(platform: Platform) -> list[Problem]:
    known, asked = platform.written.secrets, platform.written.conservation
    named: list[tuple[Location, str]] = [
        (("processes", name, "secrets", index), secret)
        for name, process in platform.written.processes.items()
        for index, secret in enumerate(process.secrets)
    ]
    if asked is not None:
        named += [(("conservation", "headers"), secret) for secret in asked.secrets]
    return [
        platform.document.problem(at, f"unknown secret {secret!r}", documents.did_you_mean(secret, known))
        for at, secret in named
        if secret not in known
    ]
