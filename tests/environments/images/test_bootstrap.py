"""debootstrap: its command line, what it needs, what a cut-short one leaves mounted. Not run here."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.images import bootstrap
from environments.images.apt_sources import Source
from environments.images.bootstrap import argv, as_root, mounts_below
from foundation.errors import Unavailable

MIRROR = Source(uri="http://mirror.example/debian", suite="trixie")


def test_the_first_archive_is_the_mirror() -> None:
    assert argv("trixie", Path("/x/root"), [MIRROR])[-3:] == ["trixie", "/x/root", MIRROR.uri]


def test_without_one_debootstrap_asks_the_mirror_that_it_knows() -> None:
    assert argv("trixie", Path("/x/root"), [])[-2:] == ["trixie", "/x/root"]


def test_signatures_are_always_checked() -> None:
    assert "--force-check-gpg" in argv("trixie", Path("/x/root"), [])


def test_where_debootstrap_is_missing_the_one_line_to_do_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bootstrap, "_path", lambda: str(tmp_path))
    with pytest.raises(Unavailable, match="neither pulled nor made here") as caught:
        as_root()
    assert caught.value.hint == "sudo apt-get install -y debootstrap debian-archive-keyring"


def test_without_root_and_sudo_the_one_line_to_do_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "debootstrap").write_text("#!/bin/sh\n")
    (tmp_path / "debootstrap").chmod(0o755)
    monkeypatch.setattr(bootstrap, "_path", lambda: str(tmp_path))
    monkeypatch.setattr(bootstrap, "_KEYRING", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="needs root") as caught:
        as_root()
    assert "sudo .venv/bin/python -m environments.images base" in (caught.value.hint or "")


def test_what_is_still_mounted_is_taken_down_from_the_inside_out() -> None:
    mounts = (
        "proc /proc proc rw 0 0\n"
        "proc /scratch/root/proc proc rw 0 0\n"
        "sysfs /scratch/root/proc/deep sysfs rw 0 0\n"
        "x /scratch-other/proc proc rw 0 0\n"
    )
    assert mounts_below(Path("/scratch"), mounts) == ["/scratch/root/proc/deep", "/scratch/root/proc"]
