"""How long a closed subset takes: 5 % of the rows of 20 tables, with every row that they refer to.

Source and target are databases of one server, as for the whole copy.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import anonymizer
from anonymizer.pseudonyms.keys import Key
from anonymizer.subset.request import request
from anonymizer.subset.selecting import Share
from benchmarks.copying import Bench, server
from benchmarks.figures import Figure

FRACTION = 0.05


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A table: what part of all rows it has, and the tables that its rows refer to, the owner first."""

    name: str
    part: float
    parents: Sequence[str] = ()


KINDS = (
    Kind(name="countries", part=0.00002),
    Kind(name="categories", part=0.0001),
    Kind(name="suppliers", part=0.001, parents=("countries",)),
    Kind(name="products", part=0.01, parents=("categories", "suppliers")),
    Kind(name="prices", part=0.03, parents=("products",)),
    Kind(name="stocks", part=0.02, parents=("products",)),
    Kind(name="customers", part=0.04),
    Kind(name="contacts", part=0.05, parents=("customers",)),
    Kind(name="addresses", part=0.06, parents=("customers",)),
    Kind(name="logins", part=0.1, parents=("customers",)),
    Kind(name="tickets", part=0.02, parents=("customers",)),
    Kind(name="messages", part=0.06, parents=("tickets",)),
    Kind(name="orders", part=0.12, parents=("customers", "addresses")),
    Kind(name="order_lines", part=0.26, parents=("orders", "products")),
    Kind(name="payments", part=0.07, parents=("orders",)),
    Kind(name="invoices", part=0.05, parents=("orders",)),
    Kind(name="shipments", part=0.05, parents=("orders", "addresses")),
    Kind(name="parcels", part=0.03, parents=("shipments",)),
    Kind(name="returns", part=0.01, parents=("order_lines",)),
    Kind(name="reviews", part=0.01888, parents=("customers", "products")),
)


def figures(rows: int, rounds: int) -> dict[str, Figure]:
    """The median time until the subset's rows, keys and indexes stand; beside it, until it is verified."""
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as bench:
        bench.database("source", ";".join([schema(), filled(rows), "ANALYZE"]))
        taken = [_subset(bench) for _ in range(rounds)]
    copied, verified, part = (statistics.median(column) for column in zip(*taken, strict=True))
    return {
        f"{FRACTION:.0%} closed subset of {rows:,} rows in {len(KINDS)} tables": Figure(
            value=copied, unit="s", goal=30, reason=f"{part:.1%} of the rows; verified after {verified:.1f} s"
        )
    }


def schema() -> str:
    """The tables, parents first, with an index for every foreign key."""
    statements = []
    for kind in KINDS:
        keys = "".join(f", {name}_id integer NOT NULL REFERENCES {name}" for name in kind.parents)
        statements.append(f"CREATE TABLE {kind.name} (id integer PRIMARY KEY{keys}, email text, body text)")
        statements += [f"CREATE INDEX ON {kind.name} ({name}_id)" for name in kind.parents]
    return ";".join(statements)


def filled(rows: int) -> str:
    """Rows that refer to parents far from them."""
    counts = {kind.name: max(1, round(kind.part * rows)) for kind in KINDS}
    statements = []
    for kind in KINDS:
        keys = "".join(f", 1 + (n::bigint * 7919 % {counts[name]})::integer" for name in kind.parents)
        values = f"n{keys}, 'someone' || n || '@firma.pl', 'some words that say little, number ' || n"
        statements.append(
            f"INSERT INTO {kind.name} SELECT {values} FROM generate_series(1, {counts[kind.name]}) AS n"  # noqa: S608
        )
    return ";".join(statements)


def policy() -> str:
    """E-mail addresses are masked, the rest is kept."""
    lines = ["policy: subset", "version: 1", "tables:"]
    for kind in KINDS:
        keys = "".join(f", {name}_id: keep" for name in kind.parents)
        mail = "{transform: email, class: identifying}"
        lines.append(f"  {kind.name}: {{columns: {{id: keep{keys}, email: {mail}, body: keep}}}}")
    return "\n".join(lines)


def _subset(bench: Bench) -> tuple[float, float, float]:
    """Seconds until it stood, seconds until it was verified, the part of the rows that was taken."""
    file = bench.folder / "subset.yaml"
    file.write_text(policy())
    target = bench.database("target", schema())
    shares: list[Share] = []
    stood: list[float] = []

    def progress(stage: str, _done: int, _of: int) -> None:
        if stage == "verification":
            stood.append(time.monotonic() - began)

    began = time.monotonic()
    receipt = anonymizer.anonymize(
        bench.dsn("source"), target, anonymizer.load_policy(file), Key(bytes(range(32))), progress=progress,
        wanted=request(FRACTION, ()), told=shares.extend,
    )  # fmt: skip
    assert receipt.verified, receipt.findings
    part = sum(share.rows for share in shares) / sum(share.of for share in shares)
    return stood[0], time.monotonic() - began, part
