"""The masking policy as a person writes it: what happens to every column. Reading it connects nowhere."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from anonymizer.policies import wording
from anonymizer.policies.inheritance import extended, in_environment
from anonymizer.policies.people import Enforced, People
from anonymizer.policies.processing import Processing
from anonymizer.pools import version as pools_version
from anonymizer.transforms import INHERIT, WORDS, own, transform
from anonymizer.transforms.base import Transform
from foundation.documents import Document, Input, Location, across, did_you_mean, refuse, validate
from foundation.errors import InputError, Problem

# What a policy means. Another format gives other pseudonyms under the same key, and says so.
FORMAT = 2
Class = Literal["identifying", "common", "sensitive", "free"]
Scalar = str | int | float | bool

_ENTITY = re.compile(r"entity\(\s*([^()]+?)\s*\)")


class Rule(Input):
    """What happens to one column, or to one place in a document. `keep`, `drop`, `inherit` are words."""

    transform: str = Field(
        description="`keep`, `drop`, `json`, `composite`, `inherit` (as what it refers to), or a transform"
    )
    class_: Class | None = Field(
        default=None, alias="class", description="how telling the value is; a masked column needs it"
    )
    scope: str = Field(
        default="value",
        description="`value`, or `entity(COLUMN)`: the pseudonym belongs to whom that column names",
    )
    domain: str | None = Field(
        default=None, description="the population a value belongs to; one domain, one pseudonym"
    )
    options: dict[str, Scalar] = Field(default={}, description="options of the transform")
    references: str | None = Field(
        default=None, description="`TABLE.COLUMN` that it refers to without a foreign key; masked like it"
    )
    copy_of: str | None = Field(
        default=None, description="`TABLE.COLUMN` that it is a copy of; gets the same pseudonym"
    )
    paths: dict[str, Rule] = Field(
        default={}, description="`json` and `composite`: what happens at each path"
    )
    others: Literal["drop", "keep"] = Field(
        default="drop", description="`json` and `composite`: what happens to every path that is not named"
    )

    @model_validator(mode="before")
    @classmethod
    def _word(cls, written: object) -> object:
        if isinstance(written, str):
            return {"transform": written}
        if isinstance(written, dict) and not {"references", "copy_of"}.isdisjoint(written):
            return {"transform": INHERIT, **written}
        return written

    @field_validator("references", "copy_of")
    @classmethod
    def _column(cls, written: str | None) -> str | None:
        if written is not None and not all(written.rpartition(".")):
            raise ValueError("expected TABLE.COLUMN")
        return written

    @field_validator("scope")
    @classmethod
    def _known_scope(cls, written: str) -> str:
        if written != "value" and not _ENTITY.fullmatch(written):
            raise ValueError('expected "value" or "entity(COLUMN)"')
        return written

    @property
    def entity(self) -> str | None:
        """The column (or `$.path` within the document) that says who or what the value is about."""
        match = _ENTITY.fullmatch(self.scope)
        return match.group(1) if match else None

    @property
    def original(self) -> tuple[str, str] | None:
        """The table and column that it says it takes its values from."""
        table, dot, column = (self.references or self.copy_of or "").rpartition(".")
        return (table, column) if dot else None

    @property
    def masks(self) -> bool:
        return self.transform not in WORDS


class TableRule(Input):
    """What happens to one table: its rows are copied, left alone (`skip`), or there are none (`empty`)."""

    rows: Literal["copy", "skip", "empty"] = Field(
        default="copy", description="`copy` its rows, `skip` it on both sides, or see that it is `empty`"
    )
    filter: str | None = Field(
        default=None, description="a condition in the source's SQL; only rows for which it is true are read"
    )
    stratify: str | None = Field(
        default=None, description="the column of which a subset has every value in the same proportion"
    )
    key: list[str] = Field(
        default=[],
        description="of a file: the columns that tell its rows apart; it is written in order of them, masked",
    )
    columns: dict[str, Rule] = Field(default={}, description="what happens to every column")
    people: People | None = Field(
        default=None, description="whom its rows are about, and what somebody may know of them"
    )

    @model_validator(mode="before")
    @classmethod
    def _word(cls, written: object) -> object:
        return {"rows": written} if isinstance(written, str) else written

    @field_validator("filter")
    @classmethod
    def _one_condition(cls, written: str | None) -> str | None:
        if written is not None and (not written.strip() or ";" in written):
            raise ValueError("expected one condition, without WHERE and without a semicolon")
        return written

    @model_validator(mode="after")
    def _filters_rows(self) -> TableRule:
        if self.filter is not None and self.rows != "copy":
            raise across((("filter",), "a filter is of no use where no rows are copied"))
        if self.people is not None and self.rows != "copy":
            raise across((("people",), "there are no people where no rows are copied"))
        return self


class Override(Input):
    """What is otherwise in one environment; laid over `tables` key by key, null takes a key away."""

    linked_to: str | None = Field(
        default=None, description="the environment whose pseudonyms it shares; by default nobody's"
    )
    tables: dict[str, object] = Field(default={}, description="as in `tables` above, only what differs")


class Written(Input):
    """A policy's file, after `extends` was resolved."""

    policy: str = Field(description="the policy's name")
    version: int = Field(ge=1, description="counted up by whoever changes the policy")
    format: int = Field(
        default=FORMAT, description=f"the format that it is written for; {FORMAT} is the only one now"
    )
    tables: dict[str, TableRule] = Field(description="what happens to every table")
    environments: dict[str, Override] = Field(
        default={}, description="what is otherwise in an environment, chosen by `--environment NAME`"
    )
    enforce: Enforced | None = Field(
        default=None, description="how well the people of tables with `people` must hide"
    )
    processing: Processing | None = Field(
        default=None, description="facts for the audit report; they change no row"
    )
    schema_: dict[str, str] = Field(
        default={}, alias="schema",
        description="fingerprints of the source's tables as they were; a change stops the run",
    )  # fmt: skip

    @field_validator("format")
    @classmethod
    def _current_format(cls, written: int) -> int:
        if written < FORMAT:
            raise ValueError(
                f"expected {FORMAT}: since format 2 no telephone, NIP, REGON, PESEL, IBAN, card, network or "
                "hardware address, or code stays in its place, and sentences hold no names, so pseudonyms "
                "are others than before; write `format: 2`, and copy anew what is joined with the copy"
            )
        if written > FORMAT:
            raise ValueError(f"expected {FORMAT}: a later peakproof reads this policy")
        return written


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A valid policy, and the document it stood in, for errors that name file and line."""

    name: str
    version: int
    tables: Mapping[str, TableRule]
    document: Document
    # Whose pseudonyms these are: an environment's name, "" for the policy without one. Other names give
    # pseudonyms that nobody without the key can link.
    population: str = ""
    # Fingerprints of the source's tables when the policy was written; empty: nobody wrote them down.
    schema: Mapping[str, str] = field(default_factory=dict)
    # What the policy states for the record of processing.
    processing: Mapping[str, str] = field(default_factory=dict)
    # How well people must hide.
    enforced: Enforced | None = None

    @property
    def hash(self) -> str:
        """SHA-256 of what the policy means, with the versions of pools and own transforms."""
        tables = {name: _meaning(table) for name, table in self.tables.items()}
        meaning = {
            "version": self.version,
            "format": FORMAT,
            "pools": pools_version(),
            "population": self.population,
            "tables": tables,
            "own": {name: own.version(name) for name in self._own},
            **({"enforce": self.enforced.model_dump()} if self.enforced else {}),
            **({"editions": self._editions} if self._editions else {}),
        }
        return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()

    @property
    def _rules(self) -> list[Rule]:
        columns = [rule for table in self.tables.values() for rule in table.columns.values()]
        return [rule for column in columns for rule in (column, *column.paths.values())]

    @property
    def _own(self) -> list[str]:
        return sorted({rule.transform for rule in self._rules} & set(own.names()))

    @property
    def _editions(self) -> list[str]:
        """Of the dictionaries that transforms look things up in."""
        looked_up = (chosen(rule) for rule in self._rules if rule.masks)
        return sorted({named.edition(options) for named, options in looked_up} - {""})


def _meaning(table: TableRule) -> dict[str, object]:
    written: dict[str, object] = table.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return written


def load_policy(path: Path, environment: str | None = None) -> Policy:
    """The policy in a YAML file, as it is in `environment`. Raises InputError with every problem, file:line.

    All environments are looked at, so that a mistake in one is not found on the day it is needed.
    """
    whole = extended(path)
    written = validate(whole, Written)
    if environment is not None and environment not in written.environments:
        hint = did_you_mean(environment, written.environments)
        raise InputError(f"the policy has no environment {environment!r}", where=str(path), hint=hint)
    refuse(whole, list(_wrong_links(whole, written.environments)))
    for name in written.environments:
        _checked(in_environment(whole, name))
    if environment is None:
        return _checked(whole)
    population = written.environments[environment].linked_to or environment
    return replace(_checked(in_environment(whole, environment)), population=population)


def _wrong_links(document: Document, environments: Mapping[str, Override]) -> Iterator[Problem]:
    for name, override in environments.items():
        other = override.linked_to
        at: Location = ("environments", name, "linked_to")
        if other is not None and other not in environments:
            hint = did_you_mean(other, environments)
            yield document.problem(at, f"the policy has no environment {other!r}", hint)
        elif other is not None and environments[other].linked_to is not None:
            yield document.problem(at, f"{other} is linked itself", "link both to the same environment")


def _checked(document: Document) -> Policy:
    written = validate(document, Written)
    problems = [problem for at, rule in _rules(written) for problem in wording.problems(document, at, rule)]
    refuse(document, problems)
    stated = written.processing
    return Policy(
        name=written.policy, version=written.version, tables=written.tables, schema=written.schema_,
        document=document, processing=stated.model_dump(exclude_none=True) if stated else {},
        enforced=written.enforce,
    )  # fmt: skip


def _rules(written: Written) -> Iterator[tuple[Location, Rule]]:
    for name, table in written.tables.items():
        for column, rule in table.columns.items():
            at: Location = ("tables", name, "columns", column)
            yield at, rule
            yield from (((*at, "paths", path), inner) for path, inner in rule.paths.items())


def chosen(rule: Rule) -> tuple[Transform, Input]:
    """The transform of a rule that masks, and its options."""
    named = transform(rule.transform, "entity" if rule.entity else "value")
    return named, named.options.model_validate(rule.options)


def beside(rule: Rule) -> frozenset[str]:
    """The other columns of the row that a mask looks at: its entity, and what its transform reads."""
    if not rule.masks:
        return frozenset()
    named, options = chosen(rule)
    read = named.row.columns(options) if named.row else ()
    return frozenset([*read, *([rule.entity] if rule.entity else [])])
