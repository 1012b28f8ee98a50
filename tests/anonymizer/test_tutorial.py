"""docs/anonymizer/tutorial.md, step by step on real databases, as a reader types it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml
from psycopg.conninfo import conninfo_to_dict

from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, rows

pytestmark = pytest.mark.integration

SERVICES = ("clinic", "qa", "scratch")


class Reader:
    """Somebody with the tutorial's files in a folder, and databases under the names that it uses."""

    def __init__(self, make: MakeDatabase, files: Path, folder: Path) -> None:
        shutil.copytree(files, folder, dirs_exist_ok=True)
        self.folder = folder
        self.dsns = {name: make("") for name in SERVICES}
        services = folder / "pg_service.conf"
        services.write_text("".join(_service(name, dsn) for name, dsn in self.dsns.items()))
        self.environment = {**os.environ, "PGSERVICEFILE": str(services)}

    def types(self, command: str) -> None:
        program, *arguments = shlex.split(command)
        if program == "psql":  # a client of PostgreSQL is not among what the tests set up
            service = arguments[1].removeprefix("service=")
            with psycopg.connect(self.dsns[service]) as connection:
                for file in arguments[3::2]:
                    connection.execute((self.folder / file).read_bytes())
            return
        assert program == "peakproof"
        argv = [sys.executable, "-c", "from peakproof.cli import main; main()", *arguments]
        root = Path(__file__).resolve().parents[2]
        done = subprocess.run(
            argv, cwd=self.folder, env={**self.environment, "PYTHONPATH": str(root)}, capture_output=True,
            text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stderr}"


def _service(name: str, dsn: str) -> str:
    return f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in conninfo_to_dict(dsn).items())


def _commands(text: str) -> Iterator[str]:
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        yield from block.splitlines()


def test_every_command_works_in_its_order(make_database: MakeDatabase, root: Path, tmp_path: Path) -> None:
    reader = Reader(make_database, root / "docs" / "anonymizer" / "clinic", tmp_path)
    for command in _commands((root / "docs" / "anonymizer" / "tutorial.md").read_text()):
        reader.types(command)
    _addresses_are_their_patients(reader.dsns["qa"])
    _pesels_agree(reader.dsns["qa"])
    _pesels_agree(reader.dsns["clinic"])
    assert not set(rows(reader.dsns["qa"], IDS)) & set(rows(reader.dsns["clinic"], IDS))
    assert ask(reader.dsns["qa"], "SELECT count(*) FROM visits") == 2000
    proposed = yaml.safe_load((tmp_path / "proposal.yaml").read_text())["tables"]
    written = yaml.safe_load((tmp_path / "policy.yaml").read_text())["tables"]
    assert proposed.keys() == written.keys()


IDS = "SELECT id FROM patients"
# What a form compares: birth date and sex as the PESEL has them, and a woman's first name.
PESELS = """
SELECT count(*) FILTER (WHERE substr(pesel, 1, 2) = to_char(born, 'YY')
                          AND substr(pesel, 5, 2) = to_char(born, 'DD')
                          AND substr(pesel, 3, 2)::int % 20 = extract(month FROM born)),
       count(*) FILTER (WHERE (substr(pesel, 10, 1)::int % 2 = 0)
                            = (right(first_name, 1) = 'a' OR first_name = 'Nicole')), count(*)
  FROM patients"""


def _pesels_agree(dsn: str) -> None:
    assert rows(dsn, PESELS) == [(500, 500, 500)]


def _addresses_are_their_patients(dsn: str) -> None:
    astray = """SELECT count(*) FROM reminders r JOIN visits v ON v.id = r.visit
                  JOIN patients p ON p.id = v.patient WHERE p.email <> r.sent_to"""
    assert ask(dsn, astray) == 0
