"""A table of people as a policy, as rows, and as files; and running the command over them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import anonymizer
from anonymizer.files.receipts import MaskedFiles
from anonymizer.files.run import Options, anonymize_files
from anonymizer.pseudonyms.keys import Key

POLICY = """\
policy: files
version: 1
tables:
  people:
    columns:
      id: keep
      email: {transform: email, class: identifying, domain: person}
      first_name: {transform: first_name, class: common, scope: entity(email), domain: person}
      pesel: {transform: pesel, class: identifying}
      born: {transform: shift_date, class: sensitive, scope: entity(email)}
      note: {transform: regenerate, class: free}
      fax: drop
      balance: keep
      seen: keep
  orders:
    columns:
      id: keep
      buyer: {transform: email, class: identifying, domain: person}
  notes: empty
  audit: skip
"""
CSV = """\
id,email,first_name,pesel,born,note,fax,balance,seen
1,jan@firma.pl,Jan,44051401359,1980-02-03,"said ""hi"",
twice",12,1.50,2024-06-01 10:00:00+00
2,,Anna,44051401366,,,,,
3,EWA@firma.pl,"",,1981-01-01,"",13,-7,
"""
KEY = Key(bytes(range(32)))


def silent(_table: str, _rows: int, _expected: int) -> None:
    """Progress for nobody."""


def mask(folder: Path, source: Path, target: Path, policy: str = POLICY, **chosen: object) -> MaskedFiles:
    """Masks files under a policy that is written into the folder first."""
    (folder / "policy.yaml").write_text(policy)
    loaded = anonymizer.load_policy(folder / "policy.yaml")
    options = Options(**chosen)  # type: ignore[arg-type]
    return anonymize_files(source, target, loaded, KEY, options=options, progress=silent)


def written(path: Path, content: str = CSV) -> Path:
    path.write_text(content)
    return path


def typed_people(count: int = 300) -> pa.Table:
    """The people as an application would store them: dictionaries, decimals, moments in a time zone."""
    numbers = range(count)
    day, moment = datetime.date(1980, 1, 1), datetime.datetime(2024, 6, 1, 10, tzinfo=datetime.UTC)
    names = pa.array([("Jan", "Anna", None)[n % 3] for n in numbers])
    return pa.table({
        "id": pa.array(numbers, pa.int64()),
        "email": pa.array([f"osoba{n}@firma.pl" for n in numbers], pa.large_string()),
        "first_name": names.dictionary_encode(),
        "pesel": pa.array([str(44051401350 + n) for n in numbers]),
        "born": pa.array([day + datetime.timedelta(days=n) for n in numbers]),
        "note": pa.array([f"rozmowa nr {n}" if n % 2 else None for n in numbers]),
        "fax": pa.array([n * 1.5 for n in numbers], pa.float64()),
        "balance": pa.array([Decimal(n) / 100 for n in numbers], pa.decimal128(12, 2)),
        "seen": pa.array([moment] * count, pa.timestamp("us", "Europe/Warsaw")),
    })  # fmt: skip


def parquet(path: Path, table: pa.Table, row_group_size: int = 100) -> Path:
    pq.write_table(table, path, row_group_size=row_group_size)
    return path
