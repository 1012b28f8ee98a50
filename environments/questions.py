"""How a platform is asked for its books: by SQL, at a URL, or by a command. Reading only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from environments.words import Name
from foundation.documents import Input, across
from foundation.unions import ByWord
from foundation.units import Duration

RUN, AFTER = "{run}", "{after}"
_SECRET = re.compile(r"\{([^{}]+)\}")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class QuestionInput(Input):
    """SQL, a URL that is asked inside the environment, or a command: each tells a run's orders."""

    sql: str | None = Field(default=None, description="a file of the folder; its name alone is enough")
    url: str | None = Field(default=None, description="{service.host}, {run} and {after} are filled in")
    headers: dict[str, str] = Field(default={}, description="{secret} is filled in: a key of `secrets`")
    command: Annotated[tuple[str, ...], ByWord()] = Field(
        default=(), description="what prints the rows; {run} is filled in"
    )
    node_of: Name | None = Field(
        default=None, alias="in", description="a service, in whose node the command runs; else this machine"
    )
    timeout: Duration = Field(default=30.0, gt=0, le=600, description="how long one answer may take")

    @model_validator(mode="before")
    @classmethod
    def _a_name_is_of_sql(cls, written: object) -> object:
        return {"sql": written} if isinstance(written, str) else written

    @field_validator("url")
    @classmethod
    def _is_http(cls, url: str | None) -> str | None:
        if url is not None and (urlsplit(url).scheme not in ("http", "https") or re.search(r"\s", url)):
            raise ValueError(f"{url!r} must be a URL that begins with http:// or https://, without blanks")
        return url

    @field_validator("headers")
    @classmethod
    def _are_headers(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if not _HEADER.fullmatch(name) or not value.isprintable():
                raise ValueError(f"{name!r} is no header of a request, or its value has line breaks")
        return headers

    @model_validator(mode="after")
    def _asks_once(self) -> QuestionInput:
        ways = [key for key in ("sql", "url", "command") if getattr(self, key)]
        if len(ways) != 1:
            raise across((tuple(ways[1:2]), "say one of `sql`, `url` and `command`"))
        if self.url is None and self.headers:
            said = "`headers` are a URL's; a command in a node reads the node's own secrets"
            raise across((("headers",), said))
        if not self.command and self.node_of is not None:
            raise across((("in",), "`in` is a command's; a URL says itself which service it asks"))
        if self.sql is None and not any(RUN in text for text in (self.url or "", *self.command)):
            raise across(((ways[0],), f"{RUN} must stand in it: the prefix of the keys that are asked for"))
        return self

    def unfilled(self, url: str) -> str | None:
        """What still stands in braces in its URL, once services are filled in; None where nothing does."""
        found = _SECRET.search(url.replace(RUN, "").replace(AFTER, ""))
        return found[1] if found else None

    @property
    def secrets(self) -> Iterator[str]:
        """The secrets that its headers name."""
        for value in self.headers.values():
            yield from (found[1] for found in _SECRET.finditer(value))


def with_secrets(text: str, secrets: dict[str, str]) -> str:
    """A header's value with its secrets in place. Raises KeyError."""
    return _SECRET.sub(lambda found: secrets[found[1]], text)
