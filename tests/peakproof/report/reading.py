"""Reads a report the way its tests need it: as XML, and as the text that a person sees."""

from __future__ import annotations

from xml.etree import ElementTree

from foundation.page import Section
from peakproof.report import words


def tree(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html.removeprefix("<!doctype html>"))  # noqa: S314 - our own page


def text(part: ElementTree.Element | Section) -> str:
    """All its text, with single spaces."""
    element = tree(f"<div>{part.body}</div>") if isinstance(part, Section) else part
    return " ".join("".join(element.itertext()).replace(words.NBSP, " ").split())


def rows(section: Section) -> list[list[str]]:
    """The cells of every table row."""
    found = tree(f"<div>{section.body}</div>").iter("tr")
    return [[text(cell) for cell in row.iter("td")] for row in found if row.find("td") is not None]


def bad_rows(section: Section) -> list[list[str]]:
    """The cells of the rows that stand out."""
    found = tree(f"<div>{section.body}</div>").findall(".//tr[@class='bad']")
    return [[text(cell) for cell in row.iter("td")] for row in found]
