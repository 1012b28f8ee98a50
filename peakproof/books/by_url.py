"""The platform's books at a URL, asked inside the environment, beside one of its nodes, page by page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from environments.questions import AFTER, RUN
from foundation.errors import InputError, Unavailable
from peakproof.books import formats
from peakproof.books.rows import Row, booked
from peakproof.conservation import Booked

MOST = 64 * 1024**2
"""Bytes of one answer: more must come in pages."""
WHAT = "the answer to the conservation question"
_OK, _NO_CONTENT = 200, 204
_NEXT = re.compile(r"<([^<>]*)>\s*;[^,]*\brel\s*=\s*\"?next\b")


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer. `error`: why there is none; `link`: the header of that name (RFC 8288)."""

    status: int = 0
    body: bytes = b""
    link: str = ""
    error: str = ""

    @classmethod
    def parse(cls, said: bytes) -> Reply:
        """What environments/agent/ask.py printed."""
        head, _, body = said.partition(b"\n")
        told: Mapping[str, object] = json.loads(head)
        if "error" in told:
            return cls(error=str(told["error"]))
        return cls(status=int(str(told["status"])), body=body, link=str(told["link"]))


@dataclass(frozen=True, kw_only=True)
class ByUrl:
    """`url` has {run} and perhaps {after} in it, and nothing else in braces; `ask` asks one, whole."""

    url: str
    run: str
    where: str
    ask: Callable[[str], Reply]

    def read(self) -> list[Booked]:
        """One row a key, of all pages. Raises InputError (the answer is wrong), Unavailable (none came)."""
        return booked(self._rows(), WHAT, self.where)

    def _rows(self) -> Iterator[Row]:
        asked: set[str] = set()
        url: str | None = filled(self.url, self.run, "")
        while url is not None:
            if url in asked:
                hint = f"{AFTER} is the last key of the page before: give what comes after it"
                raise InputError(
                    f"{WHAT} comes to {url} again: its pages have no end", where=self.where, hint=hint
                )
            asked.add(url)
            reply = self._page(url)
            found = formats.rows(reply.body, f"{WHAT} at {url}", self.where)
            yield from found
            url = self._next(url, reply, found)

    def _page(self, url: str) -> Reply:
        reply = self.ask(url)
        if reply.error:
            what = f"nobody answers the conservation question at {url}: {reply.error}"
            raise Unavailable(what, where=self.where, hint="see `peakproof env logs` of that service")
        if reply.status not in (_OK, _NO_CONTENT):
            shown = reply.body[: formats.SHOWN].decode(errors="replace").splitlines()
            what = f"the conservation question is answered with {reply.status} at {url}"
            raise InputError(what, where=self.where, detail=shown, hint="200 and the rows are needed")
        if len(reply.body) > MOST:
            what = f"{WHAT} at {url} has more than {MOST >> 20} MiB"
            hint = f'give it in pages: with {AFTER} in the URL, or with a header `Link: <…>; rel="next"`'
            raise InputError(what, where=self.where, hint=hint)
        return reply

    def _next(self, url: str, reply: Reply, found: list[Row]) -> str | None:
        """The page after this one: as the answer links to it, or after its last key; None at the end."""
        if linked := _NEXT.search(reply.link):
            following = str(urljoin(url, linked[1]))
            if urlsplit(following)[:2] != urlsplit(url)[:2]:
                what = f"{WHAT} at {url} goes on at {following}, which is elsewhere"
                raise InputError(what, where=self.where, hint="a secret stays with the service it is for")
            return following
        if AFTER not in self.url or not found:
            return None
        return filled(self.url, self.run, str(found[-1].get("key", "")))


def filled(url: str, run: str, after: str) -> str:
    """The URL of a page, what is filled in quoted."""
    return url.replace(RUN, quote(run, safe="")).replace(AFTER, quote(after, safe=""))
