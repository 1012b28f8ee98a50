"""Requirements are pinned, hashed, free of indexes, and agree with each other and with what people wrote."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z0-9,-]+\])?==(\S+)", re.IGNORECASE)


def compiled(root: Path) -> list[Path]:
    return sorted([*root.glob("requirements/*.txt"), *root.glob("*/**/requirements.txt")])


def blocks(path: Path) -> list[str]:
    """One text for each requirement: its pin and the lines that continue it."""
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    return re.split(r"\n(?=\S)", "\n".join(lines))


def pins(path: Path) -> dict[str, set[str]]:
    """Package -> versions; a universal lock may have one for each kind of machine."""
    found: dict[str, set[str]] = {}
    for block in blocks(path):
        match = PIN.match(block)
        assert match, f"{path}: not a pin: {block.splitlines()[0]!r}"
        found.setdefault(match[1].lower(), set()).add(match[2])
    return found


def named(path: Path) -> set[str]:
    """The packages a person asked for."""
    words = [re.match(r"[A-Za-z0-9._-]+", line) for line in path.read_text().splitlines()]
    return {word[0].lower() for word in words if word and not word[0].startswith("-")}


def test_every_requirement_is_pinned_and_hashed(root: Path) -> None:
    paths = compiled(root)
    assert {"base.txt", "dev.txt", "bootstrap.txt"} <= {path.name for path in paths}
    bare = [
        f"{path}: {block.split()[0]}"
        for path in paths
        for block in blocks(path)
        if "--hash=sha256:" not in block
    ]
    assert bare == []


def test_no_compiled_file_names_an_index_or_a_folder_of_one_machine(root: Path) -> None:
    for path in compiled(root):
        assert not re.search(
            r"://|^-(i|f|-index|-extra|-find)|file:|\s/\w", path.read_text(), re.MULTILINE
        ), path


@pytest.mark.parametrize("name", ["bootstrap", "base", "dev"])
def test_what_people_asked_for_is_what_was_compiled(root: Path, name: str) -> None:
    wanted = named(root / f"requirements/{name}.in")
    assert wanted
    assert wanted <= pins(root / f"requirements/{name}.txt").keys()


def test_all_sets_agree_on_one_version_of_a_package(root: Path) -> None:
    base = pins(root / "requirements/base.txt")
    for path in compiled(root):
        different = {
            name for name, versions in pins(path).items() if name in base and not versions <= base[name]
        }
        assert different == set(), path


def test_the_rehearsal_needs_no_cloud_kit_and_no_spark(root: Path) -> None:
    assert not {"pulumi", "boto3", "pyspark"} & pins(root / "requirements/base.txt").keys()
