"""What masking files costs: Parquet to Parquet by one and two workers, CSV, and tables' digests.

Called by benchmarks/anonymizer.py; needs no server.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import anonymizer
from anonymizer import digests
from anonymizer.canonical import Kind
from anonymizer.files.run import Options, anonymize_files
from anonymizer.pseudonyms import keys
from benchmarks.figures import Figure


def figures(rows: int, rounds: int, policy: str) -> dict[str, Figure]:
    """Medians of alternating rounds. The policy's table is called people."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "policy.yaml").write_text(policy)
        people = _people(rows)
        pq.write_table(people, folder / "people.parquet", row_group_size=1 << 17)
        took = [(_masked(folder, 1), _masked(folder, 2)) for _ in range(rounds)]
    one, two = (statistics.median(column) for column in zip(*took, strict=True))
    size = f"{rows:,} rows x {people.num_columns} columns"
    return {
        f"Parquet to Parquet, {size}, two workers": Figure(
            value=one / two, unit="x one worker", goal=1.7, sense="at least",
            reason=f"one worker {one:.1f} s, two {two:.1f} s",
        ),
        **_digests(people.slice(0, min(rows, 200_000)), rounds),
    }  # fmt: skip


def _masked(folder: Path, workers: int) -> float:
    policy = anonymizer.load_policy(folder / "policy.yaml")
    options, source = Options(workers=workers, replace=True, verify=False), folder / "people.parquet"
    return _seconds(
        lambda: anonymize_files(
            source, folder / "masked.parquet", policy, keys.ephemeral(), options=options, progress=_silent
        )
    )


def _digests(people: pa.Table, rounds: int) -> dict[str, Figure]:
    kinds: dict[str, Kind] = dict.fromkeys(people.column_names, "text")
    free = statistics.median(_seconds(lambda: digests.digest_of(people, kinds)) for _ in range(rounds))
    return {
        "digest of a table in any order": Figure(
            value=people.num_rows / free, unit="rows/s", goal=100_000, sense="at least", reason="one core"
        ),
    }


def _people(rows: int) -> pa.Table:
    """As in benchmarks/anonymizer.py, all values of identifying columns distinct."""
    n = np.arange(rows)
    columns: dict[str, list[str]] = {
        "id": [str(i) for i in n],
        "first_name": [f"Anna{i % 300}" for i in n],
        "last_name": [f"Nowacka{i % 5000}" for i in n],
        "email": [f"anna{i}@firma.pl" for i in n],
        "phone": [str(600_000_000 + 7 * i) for i in n],
        "pesel": [str(44_051_401_350 + 13 * i) for i in n],
        "nip": [str(5_260_251_000 + i) for i in n],
        "iban": [f"PL611090101400000{71_219_812_874 + 17 * i}" for i in n],
        "note": [f"rozmowa z klientem nr {i}" for i in n],
        "balance": [str(i) for i in n],
        "born": [str(day) for day in np.datetime64("1980-01-01") + n % 9000],
    }
    return pa.table(columns)


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _silent(_table: str, _rows: int, _expected: int) -> None:
    """Nobody watches."""
