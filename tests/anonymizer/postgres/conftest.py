"""A shop of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.postgres.shop import POLICY, ROWS, SCHEMA, Shop


@pytest.fixture
def shop(make_database: MakeDatabase, tmp_path: Path) -> Shop:
    (tmp_path / "policy.yaml").write_text(POLICY)
    source = make_database(SCHEMA + ROWS)
    return Shop(source=source, target=make_database(SCHEMA), policy=tmp_path / "policy.yaml")
