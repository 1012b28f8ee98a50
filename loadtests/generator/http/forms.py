"""What a page of HTML wants to have back: the values of its fields, such as a CSRF token. Pure."""

from __future__ import annotations

from html.parser import HTMLParser


def value(page: str, name: str) -> str | None:
    """The value of the first input or meta element of that name in a page; None where there is none."""
    reader = _Fields(name)
    reader.feed(page)
    return reader.found


class _Fields(HTMLParser):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.found: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self.found is None and given.get("name") == self._name and tag in ("input", "meta"):
            self.found = (given.get("value") if tag == "input" else given.get("content")) or ""
