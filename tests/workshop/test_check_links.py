"""A link in the documentation that leads nowhere is found, with its line."""

from __future__ import annotations

from pathlib import Path

from scripts import check_links


def page(folder: Path, text: str) -> list[str]:
    (folder / "page.md").write_text(text)
    return [line.removeprefix(str(folder)) for line in check_links.broken(folder / "page.md")]


def test_a_missing_file_is_found_with_its_line(tmp_path: Path) -> None:
    assert page(tmp_path, "a\n\n[b](gone.md)") == ["/page.md:3: gone.md: no such file"]


def test_a_missing_picture_is_found(tmp_path: Path) -> None:
    assert page(tmp_path, '![b](gone.png "title")') == ["/page.md:1: gone.png: no such file"]


def test_a_missing_heading_is_found_in_this_and_in_other_pages(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# The `peak`, rehearsed\n")
    assert page(tmp_path, "# Here\n[a](#here) [b](other.md#the-peak-rehearsed)") == []
    assert len(page(tmp_path, "# Here\n[a](#there) [b](other.md#peak)")) == 2


def test_a_heading_inside_code_is_no_heading(tmp_path: Path) -> None:
    assert len(page(tmp_path, "```\n# comment\n```\n[a](#comment)")) == 1


def test_links_to_the_web_are_left_alone(tmp_path: Path) -> None:
    assert page(tmp_path, "[a](https://example.com/gone)") == []
