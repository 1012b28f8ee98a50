"""The check after files were masked: the search that every engine has, over source and output read again.

Shares nothing with the transforms. The catalogue of a file is the names of its columns, which the policy has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from anonymizer.files.side import FileSide, Opening, sheets_of
from anonymizer.policies.plan import Plan
from anonymizer.proof.search import search
from anonymizer.proof.verification import Verification, judged


def verify(
    plan: Plan, originals: Mapping[str, Opening], outputs: Mapping[str, Opening], rows: Mapping[str, int]
) -> Verification:
    """Compares every masked or identifying place and searches all texts. The files are given by table."""
    before = FileSide(files=originals, originals=originals)
    after = FileSide(files=outputs, originals=originals)
    found = search(before, after, sheets_of(plan, rows), {}, of_a_part=False)
    return judged(found, _full(plan, outputs))


def _full(plan: Plan, outputs: Mapping[str, Opening]) -> Iterator[str]:
    for table in plan.empties:
        with outputs[table.name]() as output:
            if any(block.rows.num_rows for block in output.blocks()):
                yield f"{table.name}: is not empty"
