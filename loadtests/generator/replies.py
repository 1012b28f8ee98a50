"""What a step is answered, and what it raises where that is not what it wanted. Sends nothing."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from email.message import Message
from typing import Any

from loadtests.generator.http import blanking, codings, cookies, forms
from loadtests.generator.http.codings import Unreadable
from loadtests.generator.http.headers import Fields, Headers
from loadtests.recording.retries import Meaning


class StepFailed(Exception):  # noqa: N818 - says what happened
    """A step did not get an answer it can use within its budget; `kind` names the step and the reason."""

    def __init__(self, series: str, reason: str) -> None:
        super().__init__(f"{series}: {reason}")
        self.kind = str(self)


class Shed(StepFailed):
    """The platform had too much to do, and asked to come later until the budget ended."""


class CheckFailed(Exception):  # noqa: N818 - says what happened
    """An answer does not carry what was asked for."""


Counting = Callable[[str, bool], None]
_COUNTING: ContextVar[Counting | None] = ContextVar("checks", default=None)


def counting(count: Counting) -> None:
    """What this greenlet checks from now on is counted so."""
    _COUNTING.set(count)


def check(holds: bool, what: str) -> None:
    """Fails the journey with `what` was expected when it does not hold; counted by that name, either way."""
    if (count := _COUNTING.get()) is not None:
        count(what, bool(holds))
    if not holds:
        raise CheckFailed(what)


_CODING = b"content-encoding"
_read = json.JSONDecoder().decode


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The last answer of a step; `status` is None when there was none. `problem` says what else is wrong.

    `content` and `fields` are as they came; `path` is what was asked last, where redirects led elsewhere.
    """

    status: int | None
    content: bytes = b""
    problem: str = ""
    meaning: Meaning = Meaning.WRONG
    fields: Fields = ()
    path: str = ""

    @property
    def headers(self) -> Headers:
        """By name in whatever case: reply.headers["ETag"]."""
        return Headers(self.fields)

    @property
    def cookies(self) -> Mapping[str, str]:
        """What this answer set, by name."""
        return cookies.named(self.headers.all("set-cookie"))

    @property
    def body(self) -> bytes:
        """The content without its coding (gzip, deflate, br). Raises CheckFailed when it cannot be read."""
        for name, _ in self.fields:
            if len(name) == len(_CODING) and name.lower() == _CODING:
                return self._decoded()
        return self.content

    def _decoded(self) -> bytes:
        if not self.content:  # a HEAD, or 304
            return b""
        try:
            return codings.decoded(self.content, self.headers["content-encoding"])
        except Unreadable as error:
            raise CheckFailed(f"the reply cannot be read: {error}") from error

    @property
    def text(self) -> str:
        """The body as text, in the charset that it names, or UTF-8; what is no letter of it is a sign."""
        return self.body.decode(self._charset, errors="replace")

    @property
    def accepted(self) -> bool:
        return self.meaning is Meaning.ACCEPTED

    @property
    def refused(self) -> bool:
        """Whether it is a business answer: a no that the journey knows."""
        return self.meaning is Meaning.REFUSED

    @property
    def shed(self) -> bool:
        """Whether the platform had too much to do: 429, or 503 with Retry-After."""
        return self.meaning is Meaning.SHED

    @property
    def reason(self) -> str:
        """Why it is not what was wanted, in words."""
        told = [
            f"status {self.status}" if self.status is not None else "",
            "shed" if self.shed else "",
            self.problem,
        ]
        return ", ".join(filter(None, told))

    def failed(self, series: str) -> StepFailed:
        """What a step raises whose answer this is."""
        return (Shed if self.shed else StepFailed)(series, self.reason)

    def json(self) -> Any:  # noqa: ANN401  # the platform decides what it answers; journeys check it
        """The body's JSON. Raises CheckFailed when it is not JSON."""
        body = self.body
        try:
            return _read(body.decode())  # UTF-8, as JSON is between systems (RFC 8259, 8.1)
        except ValueError:
            return self._json(body)

    def _json(self, body: bytes) -> Any:  # noqa: ANN401
        """Whatever else it may be in, such as UTF-16."""
        try:
            return json.loads(body)
        except ValueError as error:
            raise CheckFailed("the reply is not JSON") from error

    def field(self, name: str) -> str:
        """What an input (or meta) of a name has in a page, such as a CSRF token. Raises CheckFailed."""
        found = forms.value(self.text, name)
        if found is None:
            raise CheckFailed(f"the reply is a page with a field {name!r}")
        return found

    @property
    def _charset(self) -> str:
        found = Message()
        found["Content-Type"] = self.headers.get("content-type", "")
        named = found.get_content_charset() or "utf-8"
        try:
            return codecs.lookup(named).name
        except LookupError:
            return "utf-8"


def shown(reply: Reply, known: Collection[str] = ()) -> str:
    """An answer as people may see it: its status, its headers, the first kilobyte, without secrets."""
    if reply.status is None:
        return reply.problem
    head = [f"{name}: {value}" for name, value in blanking.headers(reply.fields, known)]
    try:
        body = blanking.body(reply.body, known)
    except CheckFailed as error:
        body = str(error)
    return "\n".join([f"status {reply.status}", *head, "", body]).rstrip()
