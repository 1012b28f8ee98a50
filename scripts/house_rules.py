"""Rules that no linter knows: no registry's host, no path of one machine; long files are mentioned.

Reads the files git knows. Never changes one. Standard library only.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LONG = 350  # lines; a reason to split, not an error

# Written as patterns, so that this file does not break its own rules.
FORBIDDEN = {
    "names a package registry: mirrors come from the machine's own settings": re.compile(
        r"\bpypi\.org|pythonhosted\.org|\b(?:deb|security|ftp)(?:\.\w+)?\.debian\.org|(?:archive|security)\.ubuntu\.com"
        r"|registry-1\.docker\.io|hub\.docker\.com|\bghcr\.io|\bquay\.io|registry\.npmjs\.org|proxy\.golang\.org"
    ),
    "names an index: the installer reads the machine's own": re.compile(
        r"^--(?:index-url|extra-index-url|find-links|trusted-host)\b", re.MULTILINE
    ),
    "is a path of somebody's machine": re.compile(r"(?<![\w.$}*])/(?:home/(?!app\b)|Users/|work/)[\w.-]+"),
}


@dataclass(frozen=True, kw_only=True)
class Breach:
    """One line that breaks a rule."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def breaches(name: str, text: str) -> Iterator[Breach]:
    """What in a file's text breaks a rule, with its line."""
    for what, pattern in FORBIDDEN.items():
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield Breach(where=f"{name}:{line}", what=f"{match.group()!r} {what}")


def is_long(name: str, text: str) -> bool:
    """Whether a module is longer than a reader likes."""
    return name.endswith(".py") and text.count("\n") > LONG


def known_files(root: Path) -> list[Path]:
    """The files git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [root / name for name in listed.stdout.split("\0") if name and (root / name).is_file()]


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """Name and content of every text file of the project."""
    for path in known_files(root):
        try:
            yield str(path.relative_to(root)), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def main(root: Path) -> int:
    """Prints every breach; long files are only mentioned."""
    found: list[Breach] = []
    for name, text in texts(root):
        found += breaches(name, text)
        if is_long(name, text):
            _tell([f"{name}: {text.count(chr(10))} lines: a reason to split (not an error)"])
    _tell(found)
    return 1 if found else 0


def _tell(lines: Iterable[object]) -> None:
    for line in lines:
        sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
