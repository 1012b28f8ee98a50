"""What a person writes about an environment. Reads files only; see `compiling` for what it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from environments import beside, dockerfiles, lookup, naming
from environments import platform as platforms
from environments.image_sources import ImageSource
from environments.platform import Platform
from environments.services import AnyOptions
from environments.services.container import ContainerOptions
from environments.topology import EnvironmentClass
from environments.words import Name, VariableName
from foundation import documents
from foundation.documents import Document, Input, Location, across
from foundation.errors import InputError
from foundation.slo import Expression
from foundation.unions import ByWord


class PartnerInput(Input):
    """A company's system outside the platform; in a test environment a service simulates it."""

    simulator: Name


class GivenInput(Input):
    """Where a secret comes from that people give. Exactly one of them."""

    file: str | None = Field(default=None, description="beside the document that says it")
    variable: VariableName | None = Field(default=None, description="of the command that is run")
    command: Annotated[tuple[str, ...], ByWord()] | None = Field(
        default=None, min_length=1, description="a vault's client; no shell"
    )

    @model_validator(mode="after")
    def _is_one(self) -> GivenInput:
        given = [key for key in ("file", "variable", "command") if getattr(self, key) is not None]
        if len(given) != 1:
            at: Location = (given[1],) if given else ()
            raise across((at, "a secret comes from one of `file`, `variable` and `command`"))
        return self


class DefinitionInput(Input):
    """definitions/NAME.yaml after `extends` was resolved."""

    definition: Name
    extends: str | None = Field(default=None, description="the definition it started from, resolved already")
    description: str = ""
    environment_class: EnvironmentClass = Field(default=EnvironmentClass.TEST, alias="class")
    platform: str
    entry: Name = Field(description="the service that customers talk to")
    services: dict[Name, AnyOptions] = Field(min_length=1)
    partners: dict[Name, PartnerInput] = Field(default={})
    secrets: dict[Name, GivenInput] = Field(default={}, description="what people give to processes")
    slo: tuple[Expression, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A validated definition, its platform, and where each key was written.

    `foreign`: the image folders that stand on another base than ours; `texts`: service -> path inside its
    nodes -> content of the files that it takes from beside its document.
    """

    written: DefinitionInput
    platform: Platform
    document: Document
    foreign: frozenset[str] = frozenset()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.written.definition

    @property
    def image_places(self) -> dict[str, str]:
        """Image -> file:line of who first says that it runs."""
        platform, services = self.platform, self.written.services
        said = [
            (platform.image(process.image), platform.document.where(("processes", name, "image")))
            for name, process in platform.written.processes.items()
        ] + [
            (platform.image(options.image), self.document.where(("services", name, "image")))
            for name, options in services.items()
            if isinstance(options, ContainerOptions)
        ]
        return dict(reversed(said))

    @property
    def login_places(self) -> dict[str, str]:
        """Service that is a container and a database -> file:line of the user that others log in as."""
        return {
            name: self.document.where(("services", name, "login"))
            for name, options in self.written.services.items()
            if isinstance(options, ContainerOptions) and options.database is not None
        }


def load(path: Path) -> Definition:
    """The definition in a file, `extends` resolved. Raises InputError with every problem, file:line."""
    document = _extended(path, ())
    # What is right is looked at even if something else is wrong: a person wants to hear of everything.
    right, written, problems = documents.partly(document, DefinitionInput)
    if written is None:
        raise documents.collected(document, [*problems, *naming.of_written(document)])
    found = lookup.find("platform", written.platform, beside=document.file(("platform",)).parent)
    if found is None:
        problems.append(lookup.missing("platform", written.platform, document, ("platform",)))
        raise documents.collected(document, [*problems, *naming.of_written(document)])
    platform = platforms.load(found)
    if problems:
        known = [*naming.of_written(document), *naming.of_platform(right, written.services, platform)]
        raise documents.collected(document, [*problems, *known])
    texts, missing = beside.read(document, written.services)
    documents.refuse(document, missing)
    return Definition(
        written=written,
        platform=platform,
        document=document,
        foreign=_foreign(written, platform),
        texts=texts,
    )


def _foreign(written: DefinitionInput, platform: Platform) -> frozenset[str]:
    """The images of folders whose Dockerfile ends on another base than ours."""
    services = [each.image for each in written.services.values() if isinstance(each, ContainerOptions)]
    images = {*platform.images(), *(platform.image(each) for each in services)}
    sources = platform.image_sources(images)
    return frozenset(image for image, source in sources.items() if _stands_elsewhere(source))


def _stands_elsewhere(source: ImageSource) -> bool:
    """What is not there is told elsewhere."""
    return not source.lacks() and not dockerfiles.base_of_last(source.text()).startswith(dockerfiles.PREFIX)


def _extended(path: Path, seen: tuple[Path, ...]) -> Document:
    document = documents.read(path)
    content = document.content
    if not isinstance(content, dict) or "extends" not in content:
        return document
    base = str(content.pop("extends"))
    found = lookup.find("definition", base, beside=path.parent)
    where = document.where(("extends",))
    if found is None:
        raise InputError(
            f"1 problem in {path}", problems=[lookup.missing("definition", base, document, ("extends",))]
        )
    if found.resolve() in (*seen, path.resolve()):
        chain = " -> ".join(step.stem for step in (*seen, path, found))
        raise InputError(f"`extends` goes in a circle: {chain}", where=where)
    return documents.overlay(_extended(found, (*seen, path.resolve())), document)
