"""Whatever a key says, the import ends with an error for people, or with a definition."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from environments.compose import commands, importing, reading
from environments.compose.commands import Wish
from environments.compose.keys import KEYS
from foundation.errors import InputError

SAID: list[object] = [
    None,
    "x",
    5,
    ":",
    [None],
    [{}],
    ["="],
    {"a": None},
    {"a": [1]},
    {"test": [], "context": []},
]
TOP = ("name", "include", "services", "networks", "volumes", "secrets", "configs", "version", "models")


def ends_well(folder: Path, document: dict[str, object]) -> None:
    (folder / "compose.yaml").write_text(yaml.safe_dump(document))
    wish = Wish(files=(folder,))
    try:
        project = reading.read(wish.files, {})
        made = importing.imported(project, commands.scene(project, wish))
    except InputError as error:
        assert error.problems or error.where  # noqa: PT017 - either outcome is right; this is of the one
    else:
        assert made.definition["services"]


@pytest.mark.parametrize("key", [*KEYS, "no-such-key"])
def test_of_a_service(tmp_path: Path, key: str) -> None:
    database = {"image": "postgres:1", "environment": {"POSTGRES_PASSWORD": "x"}}
    for said in SAID:
        web = {"image": "w:1", key: said}
        ends_well(tmp_path, {"name": "f", "services": {"web": web, "db": database}})


@pytest.mark.parametrize("key", TOP)
def test_of_the_file(tmp_path: Path, key: str) -> None:
    web = {"image": "w:1", "volumes": ["a:/a"], "secrets": ["a"], "configs": ["a"], "networks": ["a"]}
    for said in SAID:
        ends_well(tmp_path, {"name": "f", "services": {"web": web}, key: said})
