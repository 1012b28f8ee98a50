"""A page says what it was given, escaped, in one file that loads nothing."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import Markup

from foundation import page
from foundation.page import Column, Group, Row, Section

EVIL = "<script>alert(1)</script>\"'&"


def tree(html: str) -> ElementTree.Element:
    """The page as XML: our templates close every element, so that any parser can read them."""
    return ElementTree.fromstring(html.removeprefix("<!doctype html>"))  # noqa: S314 - our own page


def sections() -> list[Section]:
    return [
        Section(anchor="verdict", title="", body=Markup("<p>first</p>")),
        Section(anchor="one", title="Part & one", body=page.note(EVIL)),
        Section(anchor="two", title="Part two", body=page.heading("h")),
    ]


def test_a_page_is_well_formed_and_has_its_sections_in_order() -> None:
    root = tree(page.html("Title", sections(), header=["a"], footer=["b"]))
    assert [found.get("id") for found in root.iter("section")] == ["verdict", "one", "two"]
    assert root.findtext("head/title") == "Title"


def test_the_contents_name_the_sections_that_have_a_title() -> None:
    root = tree(page.html("Title", sections()))
    links = {link.get("href"): link.text for link in root.iter("a")}
    assert links == {"#one": "Part & one", "#two": "Part two"}


def test_a_page_loads_nothing_and_forbids_itself_to() -> None:
    html = page.html("Title", sections())
    assert "default-src 'none'" in html
    assert not re.search(r"https?:|url\(|@import|<link|<script|src=", html)


def test_everything_given_as_text_is_escaped() -> None:
    table = page.table([Column(title=EVIL)], [Group(title=EVIL, rows=[Row(cells=[EVIL])])], caption=EVIL)
    parts = [table, page.note(EVIL), page.heading(EVIL), page.code(EVIL), page.facts({EVIL: EVIL})]
    html = page.html(
        EVIL,
        [Section(anchor="a", title=EVIL, body=page.joined([*parts, page.mark(EVIL, holds=True), EVIL]))],
        header=[EVIL],
        footer=[EVIL],
    )
    assert "<script" not in html
    assert "".join(tree(html).itertext()).count(EVIL) == 15


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_any_text_stays_text(text: str) -> None:
    found = tree(f"<i>{page.joined([page.note(text), text])}</i>")
    assert "".join(found.itertext()) == f"{text}\n{text}"


def test_a_table_keeps_the_label_of_each_cell_for_the_narrow_layout() -> None:
    columns = [Column(title="Name"), Column(title="Times", numeric=True)]
    root = tree(str(page.table(columns, [Group(rows=[Row(cells=["a", "3"], bad=True)])], caption="c")))
    cells = [(cell.get("data-label"), cell.text, cell.get("class", "").strip()) for cell in root.iter("td")]
    assert cells == [("Name", "a", ""), ("Times", "3", "numeric")]
    assert root.find(".//tr[@class='bad']") is not None


def test_what_holds_and_what_is_broken_differ_by_more_than_colour() -> None:
    def sign(*, holds: bool) -> str | None:
        path = tree(str(page.mark("same word", holds=holds))).find(".//path")
        return path.get("d") if path is not None else None

    assert sign(holds=True) != sign(holds=False)


def test_a_template_that_uses_what_it_was_not_given_fails() -> None:
    with pytest.raises(UndefinedError):
        page.fragment("note.html", text="no warning given")
