"""Spark in local mode: the same policy gives the same digest as on one machine. Needs pyspark and Java."""

from __future__ import annotations

import functools
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import anonymizer
from anonymizer.pseudonyms import keys
from foundation.errors import InputError
from tests.anonymizer.files.people import POLICY, mask, parquet, typed_people

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.prove


@pytest.fixture(scope="module")
def spark(root: Path) -> Iterator[SparkSession]:
    """A session of two threads that listens on loopback only."""
    if shutil.which("java") is None:
        pytest.skip("no Spark: Java is not installed")
    sql = pytest.importorskip("pyspark.sql", reason="no Spark: pyspark is not installed")
    # Its workers are to be this Python and to import this tree.
    environment = pytest.MonkeyPatch()
    environment.setenv("PYSPARK_PYTHON", sys.executable)
    environment.setenv("PYTHONPATH", str(root))
    builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    for name in ("spark.driver.host", "spark.driver.bindAddress"):
        builder = builder.config(name, "127.0.0.1")
    session = builder.getOrCreate()
    yield session
    session.stop()
    environment.undo()


def test_the_same_policy_gives_the_same_digest_as_on_one_machine(spark: SparkSession, tmp_path: Path) -> None:
    from anonymizer.spark import frames

    source, target = parquet(tmp_path / "people.parquet", typed_people(5000)), tmp_path / "spark.parquet"
    done = mask(tmp_path, source, tmp_path / "masked.parquet", digests=True)
    (tmp_path / "key.hex").write_text(bytes(range(32)).hex())
    policy = anonymizer.load_policy(tmp_path / "policy.yaml")
    key = functools.partial(keys.from_file, tmp_path / "key.hex")
    people = spark.read.parquet(str(source)).repartition(7)
    frames.masked(people, "people", policy, key).write.parquet(str(target))
    written = spark.read.parquet(str(target))
    assert written.count() == 5000
    assert frames.digest(written) == done.files[0].digest


def test_a_column_that_is_not_named_stops_before_a_row_is_read(spark: SparkSession, tmp_path: Path) -> None:
    from anonymizer.spark import frames

    (tmp_path / "policy.yaml").write_text(POLICY)
    policy = anonymizer.load_policy(tmp_path / "policy.yaml")
    frame = spark.createDataFrame([(1, "x", "y")], "id int, buyer string, extra string")
    with pytest.raises(InputError) as refused:
        frames.masked(frame, "orders", policy, keys.ephemeral)
    assert "orders.extra (text) is not named" in refused.value.detail[0]
