"""A page for people: one self-contained HTML file from sections. No script, nothing loaded from elsewhere.

Everything is escaped unless it is Markup, and Markup comes from templates. Knows nothing of what it shows.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

TEMPLATES = Path(__file__).parent / "templates"
Cell = str | Markup


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a page. `anchor` is its id; a section without a title is not in the list of contents."""

    anchor: str
    title: str
    body: Markup


@dataclass(frozen=True, kw_only=True)
class Column:
    """`numeric` columns are aligned to the right, `code` ones are set in a fixed width."""

    title: str
    numeric: bool = False
    code: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """One cell a column; `bad` makes a row stand out."""

    cells: Sequence[Cell]
    bad: bool = False


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rows under a heading of their own; no heading where `title` is empty."""

    rows: Sequence[Row]
    title: str = ""


def html(
    title: str, sections: Sequence[Section], *, header: Iterable[str] = (), footer: Iterable[str] = ()
) -> str:
    """The whole document. `header` and `footer` are short facts above and below the sections."""
    style = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    return str(
        fragment("page.html", title=title, sections=sections, header=[*header], footer=[*footer], style=style)
    )


def fragment(template: str, folder: Path = TEMPLATES, **values: object) -> Markup:
    """A template of ours, or of `folder`, filled in; every value is escaped."""
    return Markup(_environment(folder).get_template(template).render(**values))  # noqa: S704 - autoescaped


def table(columns: Sequence[Column], groups: Sequence[Group], *, caption: str) -> Markup:
    """A table, which on a narrow screen becomes a list of cards. `caption` is for those who cannot see it."""
    return fragment("table.html", columns=columns, groups=groups, caption=caption)


def facts(values: Mapping[str, Cell]) -> Markup:
    """Names and what they are."""
    return fragment("facts.html", values=values)


def note(text: Cell, *, warning: bool = False) -> Markup:
    """A remark; a warning stands out."""
    return fragment("note.html", text=text, warning=warning)


def heading(text: str) -> Markup:
    """A heading within a section."""
    return Markup("<h3>{}</h3>").format(text)


def code(text: str) -> Markup:
    """Something to be read letter by letter, or typed."""
    return Markup("<code>{}</code>").format(text)


def mark(text: str, *, holds: bool) -> Markup:
    """A word with a sign before it, so that colour is never the only difference."""
    return fragment("mark.html", text=text, holds=holds)


def joined(parts: Iterable[Cell]) -> Markup:
    """Parts one after the other, escaped where they are plain text."""
    return Markup("\n").join(escape(part) for part in parts)


@functools.cache
def _environment(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader([folder, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
