"""The labelled corpus: schemas as data files, what discovery makes of them, and how often it is right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from faker import Faker

from anonymizer.discovery.facts import Facts
from anonymizer.discovery.judging import judge
from anonymizer.policies.schema import Column, Table

CORPUS = Path(__file__).parent / "corpus"
VALUES = 40


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """One column: what it holds, and what was found."""

    place: str
    label: str
    found: str

    @property
    def missed(self) -> bool:
        return self.label != "none" and self.found == "none"

    @property
    def invented(self) -> bool:
        return self.label == "none" and self.found != "none"


@dataclass(frozen=True, kw_only=True)
class Score:
    """How often columns about a person are told from others, and which were wrong."""

    columns: Sequence[Labelled]

    @property
    def precision(self) -> float:
        found = [one for one in self.columns if one.found != "none"]
        return sum(one.label != "none" for one in found) / len(found)

    @property
    def recall(self) -> float:
        personal = [one for one in self.columns if one.label != "none"]
        return sum(one.found != "none" for one in personal) / len(personal)

    @property
    def right_kind(self) -> float:
        """Among those rightly found, the share with the right kind."""
        both = [one for one in self.columns if "none" not in (one.label, one.found)]
        return sum(one.label == one.found for one in both) / len(both)

    @property
    def wrong(self) -> list[str]:
        return [
            f"{one.place}: {one.label}, found {one.found}"
            for one in self.columns
            if one.missed or one.invented
        ]


def score(half: str) -> Score:
    """The score over one half of the corpus, "development" or "held-out"."""
    return Score(columns=[one for path in sorted(CORPUS.glob("*.yaml")) for one in _schema(path, half)])


def _schema(path: Path, half: str) -> Iterator[Labelled]:
    written = yaml.safe_load(path.read_text())
    if written["half"] != half:
        return
    for table, columns in written["tables"].items():
        for column, (type_, label, *source) in columns.items():
            found = judge(_facts(table, column, type_, values(source[0]) if source else []))
            yield Labelled(place=f"{path.stem}.{table}.{column}", label=label, found=found.kind)


def _facts(table: str, column: str, type_: str, found: list[str]) -> Facts:
    of = Column(
        name=column, type=type_, base=type_, limit=None, nullable=True, default=False, generated=False
    )
    where = Table(name=table, schema="public", relation=table, rows=VALUES, columns={column: of}, unique={})
    return Facts(table=where, column=of, values=found)


def values(source: str | list[str]) -> list[str]:
    """Values as they stand in the file, or those of one of Faker's providers ("pl_PL pesel")."""
    if not isinstance(source, str):
        return [str(value) for value in source] * 5
    locale, method, *argument = source.split(" ", 2)
    fake = Faker(locale)
    fake.seed_instance(7)
    return [str(getattr(fake, method)(*argument)) for _ in range(VALUES)]
