"""Volumes, files, folders in memory: what is mounted, and what of the machine is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.compose.notes import Outcome
from tests.environments.compose.composed import imported, service, told


def mounted(
    folder: Path, volumes: str, *, build: str = "image: 'w:1'", files: dict[str, str] | None = None
) -> tuple[dict[str, object], list[str]]:
    """The options of a service with these volumes, and what is told of it."""
    made = imported(folder, f"services: {{web: {{{build}, user: app, volumes: [{volumes}]}}}}", files=files)
    notes = [line for outcome in Outcome for line in told(made, outcome) if "volumes" in line]
    return service(made, "web"), notes


def test_a_file_is_a_file_from_beside_the_definition(tmp_path: Path) -> None:
    options, notes = mounted(
        tmp_path, "'./conf/nginx.conf:/etc/nginx/nginx.conf:ro'", files={"conf/nginx.conf": "x"}
    )
    assert options["files"] == {"/etc/nginx/nginx.conf": {"file": "conf/nginx.conf"}}
    assert notes == []


def test_a_script_stays_one(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "run.sh").chmod(0o755)
    options, _ = mounted(tmp_path, "'./run.sh:/run.sh'")
    assert options["files"] == {"/run.sh": {"file": "run.sh", "mode": "0755"}}


def test_a_small_folder_of_texts_is_its_files(tmp_path: Path) -> None:
    options, notes = mounted(
        tmp_path, "'./init:/docker-entrypoint-initdb.d/'", files={"init/a.sql": "x", "init/b/c.sql": "y"}
    )
    assert options["files"] == {"/docker-entrypoint-initdb.d": {"file": "init"}}
    assert notes == []


def test_a_folder_that_is_not_there_is_a_volume(tmp_path: Path) -> None:
    options, notes = mounted(tmp_path, "'./data:/var/lib/x'")
    assert options["volumes"] == {"data": "/var/lib/x"}
    assert notes == ["web volumes: ./data becomes a volume: it is not there (1)"]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({f"data/{number}": "x" for number in range(51)}, "more than 50 files"),
        ({"data/large": "x" * 300_000}, "more than 256 KiB"),
    ],
)
def test_a_folder_that_is_too_much_is_told(tmp_path: Path, files: dict[str, str], why: str) -> None:
    options, notes = mounted(tmp_path, "'./data:/var/lib/x'", files=files)
    assert options["volumes"] == {"data": "/var/lib/x"}
    assert notes == [f"web volumes: ./data is an empty volume here, without its files: {why} (1)"]


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\xff")
    options, notes = mounted(tmp_path, "'./logo.png:/logo.png'")
    assert "files" not in options
    assert notes == ["web volumes: ./logo.png is not a file of the node: logo.png is no text (1)"]


def test_sources_are_not_laid_over_the_image_that_was_built_from_them(tmp_path: Path) -> None:
    files = {"app/Dockerfile": "FROM x\nWORKDIR /code\nCOPY . /code\n", "app/main.py": "x"}
    options, notes = mounted(tmp_path, "'./app:/code', '/code/node_modules'", build="build: app", files=files)
    assert "files" not in options
    assert "volumes" not in options
    assert notes == ["web volumes: ./app is not mounted over the image: what was built is what runs (1)"]


def test_configuration_from_the_folder_of_the_image_is_taken(tmp_path: Path) -> None:
    files = {"app/Dockerfile": "FROM x\nCOPY . /code\n", "app/conf/a.ini": "x"}
    options, _ = mounted(tmp_path, "'./app/conf:/etc/app'", build="build: app", files=files)
    assert options["files"] == {"/etc/app": {"file": "app/conf"}}


@pytest.mark.parametrize(
    ("volume", "told_of"),
    [
        ("/var/run/docker.sock:/var/run/docker.sock", "no node reaches the Docker Engine"),
        ("/proc:/host/proc:ro", "no node sees the machine's own files"),
        ("~/.aws:/root/.aws", "no node sees the machine's own files"),
        ("/etc/localtime:/etc/localtime:ro", "nodes run in UTC"),
    ],
)
def test_what_is_the_machine_s_own_is_told(tmp_path: Path, volume: str, told_of: str) -> None:
    options, notes = mounted(tmp_path, f"'{volume}'")
    assert "volumes" not in options
    assert "files" not in options
    assert told_of in notes[0]


def test_a_volume_of_several_services_is_told_once_for_each(tmp_path: Path) -> None:
    text = "services: {a: {image: 'a:1', volumes: ['s:/s']}, b: {image: 'b:1', volumes: ['s:/s', 'own:/o']}}"
    made = imported(tmp_path, text)
    assert [line.partition(":")[0] for line in told(made, Outcome.LOST)] == ["a volumes", "b volumes"]
    assert service(made, "b")["volumes"] == {"s": "/s", "own": "/o"}


def test_two_volumes_never_stand_at_one_path(tmp_path: Path) -> None:
    options, _ = mounted(tmp_path, "'a:/data', 'b:/data/', {type: tmpfs, target: /data}, 'c_d:/x', 'c.d:/y'")
    assert options["volumes"] == {"a": "/data", "c-d": "/x", "c-dx2": "/y"}
    assert "tmpfs" not in options
