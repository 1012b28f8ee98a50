"""Debian's mirror and apt's proxy from this machine's settings. Names no mirror itself, connects to none."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_ONE_LINE = re.compile(r"^deb\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<rest>.+)$")
_POCKETS = ("", "-updates", "-security")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One archive: where it is and one suite of it, such as trixie-security."""

    uri: str
    suite: str


def sources_for(suite: str, *, codename: str, files: Iterable[str]) -> list[Source]:
    """This machine's Debian archives with its own codename replaced by `suite`; at most one a pocket.

    `files` are the texts of sources.list and *.sources. Other people's archives are left out: they are signed
    with other keys. Empty where there is none for the suite itself.
    """
    found: dict[str, Source] = {}
    for source in (source for text in files for source in _parsed(text)):
        for pocket in _POCKETS:
            if source.suite == codename + pocket:
                found.setdefault(pocket, Source(uri=source.uri, suite=suite + pocket))
    return [found[pocket] for pocket in _POCKETS if pocket in found] if "" in found else []


def deb822(sources: Iterable[Source]) -> str:
    """The archives as apt reads them from a *.sources file."""
    return "\n".join(
        f"Types: deb\nURIs: {source.uri}\nSuites: {source.suite}\nComponents: main\nSigned-By: {_KEYRING}\n"
        for source in sources
    )


def of_this_machine(suite: str, *, etc: Path = Path("/etc")) -> list[Source]:
    """What sources_for finds in /etc; empty where the machine is not Debian."""
    release = dict(line.split("=", 1) for line in _text(etc / "os-release").splitlines() if "=" in line)
    if release.get("ID") != "debian":
        return []
    paths = [etc / "apt/sources.list", *sorted((etc / "apt/sources.list.d").glob("*.*"))]
    texts = [_text(path) for path in paths if path.suffix in {".list", ".sources"}]
    codename = release.get("VERSION_CODENAME", "").strip('"')
    return [_resolved(source) for source in sources_for(suite, codename=codename, files=texts)]


def proxy() -> str | None:
    """The proxy that apt is told to use on this machine, None where it is told none."""
    if shutil.which("apt-config") is None:
        return None
    asked = subprocess.run(
        ["apt-config", "dump", "--format", "%v%n", "Acquire::http::Proxy"],
        capture_output=True,
        text=True,
        check=False,
    )
    answer = asked.stdout.strip()
    return answer if "://" in answer else None


def _parsed(text: str) -> Iterator[Source]:
    yield from _one_line_style(text)
    for stanza in re.split(r"\n\s*\n", text):
        yield from _deb822_style(stanza)


def _one_line_style(text: str) -> Iterator[Source]:
    for line in text.splitlines():
        match = _ONE_LINE.match(line.strip())
        if match and "main" in match["rest"].split() and _is_debians(match["options"] or ""):
            yield Source(uri=match["uri"], suite=match["suite"])


def _deb822_style(stanza: str) -> Iterator[Source]:
    fields = {
        name.strip().lower(): value.strip()
        for name, _, value in (
            line.partition(":") for line in stanza.splitlines() if not line.startswith("#")
        )
    }
    off = fields.get("enabled", "yes").lower() in {"no", "false", "0"}
    if (
        off
        or "deb" not in fields.get("types", "").split()
        or "main" not in fields.get("components", "").split()
    ):
        return
    if _is_debians("signed-by=" + fields["signed-by"] if "signed-by" in fields else ""):
        for suite in fields.get("suites", "").split():
            yield Source(uri=fields.get("uris", "").split()[0], suite=suite)


def _is_debians(options: str) -> bool:
    signed = re.search(r"signed-by=(\S+)", options, re.IGNORECASE)
    return signed is None or "debian-archive" in signed[1]


def _resolved(source: Source) -> Source:
    """Cloud images name a file with the mirrors; the image has no such file."""
    if not source.uri.startswith("mirror+file:"):
        return source
    listed = _text(Path("/" + source.uri.removeprefix("mirror+file:").lstrip("/"))).split()
    return Source(uri=listed[0], suite=source.suite) if listed else source


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
