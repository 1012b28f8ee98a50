"""Every link and picture in the project's Markdown leads somewhere: to a file, and to a heading in it.

Links to the web are left alone: a check that depends on other people's servers fails for no reason of ours.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*$", re.MULTILINE)
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
ELSEWHERE = ("http://", "https://", "mailto:")


def pages(root: Path) -> list[Path]:
    """The Markdown that people read: the top folder's and all of docs/."""
    return sorted([*root.glob("*.md"), *root.glob("docs/**/*.md")])


def anchors(text: str) -> set[str]:
    """The names under which a page's headings can be linked to."""
    return {_slug(heading) for heading in HEADING.findall(CODE.sub("", text))}


def broken(page: Path) -> Iterator[str]:
    """Each link of a page that leads nowhere, as page:line and what is missing."""
    text = page.read_text(encoding="utf-8")
    for match in LINK.finditer(text):
        target = match.group(1)
        if not target.startswith(ELSEWHERE) and (problem := _problem(page, target)):
            yield f"{page}:{text.count(chr(10), 0, match.start()) + 1}: {target}: {problem}"


def _problem(page: Path, target: str) -> str | None:
    name, _, anchor = target.partition("#")
    path = (page.parent / name) if name else page
    if not path.exists():
        return "no such file"
    if anchor and path.suffix == ".md" and anchor not in anchors(path.read_text(encoding="utf-8")):
        return "no such heading"
    return None


def _slug(heading: str) -> str:
    words = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
    return words.replace(" ", "-")


def main(root: Path) -> int:
    """Prints every broken link; 1 if there is one."""
    found = [problem for page in pages(root) for problem in broken(page)]
    sys.stderr.writelines(f"{problem}\n" for problem in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
