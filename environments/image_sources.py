"""What an image of a platform is built from: a folder, a Dockerfile, up to which stage, with which values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from environments import dockerfiles

DOCKERFILE = "Dockerfile"


@dataclass(frozen=True, kw_only=True)
class ImageSource:
    """`dockerfile` is a path in the folder; `target`: the stage that is the image; `args`: what ARG takes."""

    folder: Path
    dockerfile: str = DOCKERFILE
    target: str | None = None
    args: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return self.folder / self.dockerfile

    @property
    def is_plain(self) -> bool:
        """The folder says it all."""
        return self.dockerfile == DOCKERFILE and self.target is None and not self.args

    def text(self) -> str:
        """The Dockerfile that builds this and nothing further. Raises ValueError: it has no such stage."""
        return self.rewritten(self.path.read_text(encoding="utf-8", errors="replace"))

    def rewritten(self, text: str) -> str:
        """The same of the file's text."""
        until = dockerfiles.until(text, self.target) if self.target is not None else text
        return dockerfiles.with_arguments(until, self.args) if self.args else until

    def lacks(self) -> str | None:
        """What is missing, as far as files can tell."""
        if not self.path.is_file():
            return f"no {self.dockerfile} in {self.folder}"
        try:
            self.text()
        except ValueError as error:
            return str(error)
        return None
