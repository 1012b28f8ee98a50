"""The mirror is this machine's own, with the images' release; other people's archives are left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.images.apt_sources import Source, deb822, of_this_machine, sources_for

DEBIANS = """\
# the archive
Types: deb deb-src
URIs: http://mirror.example/debian http://second.example/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
"""
ALL = [
    Source(uri="http://mirror.example/debian", suite="trixie"),
    Source(uri="http://mirror.example/debian", suite="trixie-updates"),
    Source(uri="http://mirror.example/debian-security", suite="trixie-security"),
]
ONE_LINE = """\
# deb http://off.example/debian bookworm main
deb-src http://mirror.example/debian bookworm main
deb http://mirror.example/debian bookworm main non-free-firmware
deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] \
 http://mirror.example/debian bookworm-updates main
deb http://mirror.example/debian-security bookworm-security main
"""


def found(*files: str) -> list[Source]:
    return sources_for("trixie", codename="bookworm", files=files)


@pytest.mark.parametrize("text", [DEBIANS, ONE_LINE])
def test_both_styles_of_settings_are_read(text: str) -> None:
    assert found(text) == ALL


def test_what_is_written_is_read_back() -> None:
    assert sources_for("trixie", codename="trixie", files=[deb822(ALL)]) == ALL


@pytest.mark.parametrize(
    "other",
    [
        "deb [signed-by=/etc/apt/keyrings/docker.asc] https://docker.example/debian bookworm main",
        "deb http://other.example/debian bookworm stable",
        "Types: deb\nURIs: http://other.example\nSuites: bookworm\nComponents: main\nSigned-By: /other.gpg",
        "Types: deb\nURIs: http://other.example\nSuites: bookworm\nComponents: main\nEnabled: no",
        "Types: deb-src\nURIs: http://other.example\nSuites: bookworm\nComponents: main",
        "deb http://other.example/debian bookworm-pgdg main",
        "deb http://other.example/debian trixie main",
    ],
)
def test_other_peoples_archives_and_those_switched_off_are_left_out(other: str) -> None:
    assert found(other) == []
    assert found(other, DEBIANS) == ALL


def test_the_first_archive_of_a_pocket_counts() -> None:
    assert found(DEBIANS, "deb http://third.example/debian bookworm main") == ALL


def test_updates_without_the_release_itself_are_no_mirror() -> None:
    assert found("deb http://mirror.example/debian bookworm-updates main") == []


def settings(etc: Path, release: str, sources: str) -> Path:
    (etc / "apt/sources.list.d").mkdir(parents=True)
    (etc / "os-release").write_text(release)
    (etc / "apt/sources.list.d/debian.sources").write_text(sources)
    (etc / "apt/sources.list.d/debian.sources.save").write_text("deb http://old.example bookworm main")
    return etc


def test_the_machines_own_settings_are_used_where_it_is_debian(tmp_path: Path) -> None:
    etc = settings(tmp_path, 'ID=debian\nVERSION_CODENAME="bookworm"\n', DEBIANS)
    assert of_this_machine("trixie", etc=etc) == ALL


def test_a_machine_that_is_not_debian_has_none(tmp_path: Path) -> None:
    etc = settings(tmp_path, "ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n", DEBIANS)
    assert of_this_machine("trixie", etc=etc) == []


def test_a_file_of_mirrors_is_exchanged_for_its_first_mirror(tmp_path: Path) -> None:
    mirrors = tmp_path / "mirrors.list"
    mirrors.write_text("http://first.example/debian\nhttp://second.example/debian\n")
    sources = f"Types: deb\nURIs: mirror+file://{mirrors}\nSuites: bookworm\nComponents: main\n"
    etc = settings(tmp_path / "etc", "ID=debian\nVERSION_CODENAME=bookworm\n", sources)
    assert of_this_machine("trixie", etc=etc) == [Source(uri="http://first.example/debian", suite="trixie")]
