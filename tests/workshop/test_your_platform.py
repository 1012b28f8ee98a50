"""docs/your-platform.md: the platform that it shows, written out as a reader would, loads in every part."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

import anonymizer
from anonymizer import sample
from environments.platform import PlatformInput, ProcessInput
from environments.questions import QuestionInput
from peakproof import season
from peakproof.books import by_url
from peakproof.conservation import Booked
from tests.workshop import typed


@pytest.fixture
def shop(root: Path, tmp_path: Path) -> Path:
    """The folder that a reader has after copying every example."""
    text = (root / "docs" / "your-platform.md").read_text(encoding="utf-8")
    return typed.into(tmp_path, typed.examples(text))


def test_the_season_and_all_that_it_names_load(shop: Path) -> None:
    loaded = season.load("./season.yaml", beside=shop)
    assert loaded.platform.name == "shop"
    assert set(loaded.topology.candidates) == {
        "database.leader", "migrate.any", "api.any", "balancer.any", "balancer.active",
    }  # fmt: skip
    assert [str(objective) for objective in loaded.objectives] != []


def test_every_file_of_the_layout_is_shown(root: Path, shop: Path) -> None:
    text = (root / "docs" / "your-platform.md").read_text(encoding="utf-8")
    told = re.findall(r"^  ([\w./]+\.\w+|app/Dockerfile) +\w", text.split("```")[1], re.MULTILINE)
    assert len(told) == 6
    assert all((shop / "shop" / name).is_file() for name in told)


@pytest.mark.parametrize(("platform", "journey"), [("shop", "place-order"), ("webshop", "shopping")])
def test_the_journey_loads_as_the_generator_loads_it(
    root: Path, shop: Path, platform: str, journey: str
) -> None:
    # A process of its own: the generator's libraries change the one that imports them.
    code = (
        "import sys; from pathlib import Path; from loadtests.generator.journeys_file import journeys_in;"
        "print(*journeys_in(Path(sys.argv[1]), [sys.argv[2]]))"
    )
    argv = [sys.executable, "-c", code, str(shop / platform / "journeys.py"), journey]
    done = subprocess.run(argv, cwd=root, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.returncode) == (f"{journey}\n", 0), done.stderr


@pytest.mark.parametrize("platform", ["shop", "webshop"])
def test_the_policy_names_every_column_that_the_sample_has(shop: Path, tmp_path: Path, platform: str) -> None:
    policy = anonymizer.load_policy(shop / platform / "policy.yaml")
    made = sample.cached(shop / platform / "sample.py", size=3, seed=7, cache=tmp_path / "cache")
    headers = {
        file.stem.partition("-")[2]: file.read_text(encoding="utf-8").splitlines()[0]
        for file in made.glob("*.csv")
    }
    assert {table: set(header.replace('"', "").split(",")) for table, header in headers.items()} == {
        table: set(policy.tables[table].columns) for table in headers
    }


@pytest.mark.parametrize("platform", ["shop", "webshop"])
def test_the_query_gives_every_column_and_takes_the_run(shop: Path, platform: str) -> None:
    query = (shop / platform / "conservation.sql").read_text(encoding="utf-8")
    assert "%(run)s" in query
    assert set(re.findall(r"\bAS (\w+)", query)) == {field.name for field in fields(Booked)}


def test_the_season_of_images_loads_and_its_database_is_one_of_them(shop: Path) -> None:
    loaded = season.load("./webshop-season.yaml", beside=shop)
    assert (loaded.platform.name, loaded.database) == ("webshop", "store")
    foreign = {node.process.image for node in loaded.topology.nodes if node.process.foreign}
    assert foreign == {"postgres:17.5", "registry.example/acme/shop:2.1", "registry.example/acme/packer:1.4"}
    given = {each.variable: each.template for each in loaded.topology.node("app-1").attachments.variables}
    assert given == {
        "DATABASE_URL": "postgresql://shop:{secret.quoted}@store:5432/shop", "SECRET_KEY": None,
    }  # fmt: skip


def test_every_key_of_a_process_is_documented(root: Path) -> None:
    text = (root / "docs" / "your-platform.md").read_text(encoding="utf-8")
    (row,) = re.findall(r"^\| `processes` \| (.*) \|$", text, re.MULTILINE)
    assert set(ProcessInput.model_fields) <= set(re.findall(r"`(\w+)", row))


def test_every_key_of_a_platform_is_documented(root: Path) -> None:
    text = (root / "docs" / "your-platform.md").read_text(encoding="utf-8")
    table = text.split("| key | meaning |")[1].split("\n\n")[0]
    cells = " ".join(re.findall(r"^\| (.*?) \|", table, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", cells)) == set(PlatformInput.model_fields)


def test_the_ways_to_be_asked_otherwise_are_right_and_every_key_of_them_is_documented(root: Path) -> None:
    text = (root / "docs" / "your-platform.md").read_text(encoding="utf-8")
    section = text.split("### Asked by HTTP, or by a command")[1].split("\n## ")[0]
    url, command = (
        QuestionInput.model_validate(yaml.safe_load(written)["conservation"])
        for written in re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    )
    assert list(url.secrets) == ["audit-token"]
    assert command.node_of == "api"
    keys = {field.alias or name for name, field in QuestionInput.model_fields.items()}
    assert set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) == keys
    assert f"{by_url.MOST >> 20} MiB" in section
