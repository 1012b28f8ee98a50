"""The audit page's sections on people and distributions: who can be found again, what is still true. Pure."""

from __future__ import annotations

from anonymizer.proof.distances import Distance
from anonymizer.proof.exposure import Exposure
from anonymizer.proof.verification import Verification
from foundation import page
from foundation.page import Column, Group, Row, Section

_PEOPLE = (
    Column(title="People of"),
    Column(title="May be known"),
    Column(title="Result"),
    Column(title="Persons", numeric=True),
    Column(title="k", numeric=True),
    Column(title="l", numeric=True),
    Column(title="Singled out", numeric=True),
    Column(title="Found again", numeric=True),
    Column(title="For certain", numeric=True),
    Column(title="By guessing", numeric=True),
)
_DISTANCES = (
    Column(title="Column"),
    Column(title="What was done"),
    Column(title="Measure"),
    Column(title="Distance", numeric=True),
)
_NOT_MEASURED = "-"


def risk(seen: Verification) -> Section:
    """k-anonymity, l-diversity and the linkage attack, of every table that has people."""
    if not seen.exposures:
        note = "The policy names no people (key people of a table), so nobody was counted or looked for."
        return Section(anchor="risk", title="Risk", body=page.note(note))
    parts = [
        page.note(
            "k is the smallest group of persons who share all that may be known of them; l the fewest "
            "sensitive values in such a group; singled out are those alone in theirs. Then up to 1,000 "
            "persons were looked for by what the source says of them: found again (with Wilson's interval, "
            "95 %), for certain where nothing had to be guessed, beside the success of a mere guess."
        ),
        page.table(
            _PEOPLE, [Group(rows=[_exposure(one) for one in seen.exposures])],
            caption="How well people hide among each other",
        ),
    ]  # fmt: skip
    return Section(anchor="risk", title="Risk", body=page.joined(parts))


def _exposure(one: Exposure) -> Row:
    held, link, wanted = one.risk, one.linkage, one.enforced
    result = page.mark("broken" if one.faults else "holds", holds=not one.faults) if wanted else "counted"
    attack = (
        (f"{link.success:.1%} ({link.low:.1%} to {link.high:.1%})", f"{link.singled_out_rate:.1%}",
         f"{link.by_chance:.2%}")
        if link
        else (_NOT_MEASURED,) * 3
    )  # fmt: skip
    cells = (
        one.table, ", ".join(one.people.quasi), result, f"{held.persons:,}", f"{held.k:,}",
        _NOT_MEASURED if held.l is None else f"{held.l:,}", f"{held.singled_out_rate:.2%}", *attack,
    )  # fmt: skip
    return Row(cells=cells, bad=bool(one.faults))


def distances(seen: Verification) -> Section:
    """How far what is still true has moved."""
    if not seen.distances:
        note = "No column that carries truth was measured."
        return Section(anchor="distances", title="Distances", body=page.note(note))
    parts = [
        page.note(
            "Columns that are kept, generalised, perturbed or shifted, keys and documents apart: 0 is the "
            "distribution of the source, 1 has nothing in common with it."
        ),
        page.table(
            _DISTANCES, [Group(rows=[_distance(one) for one in seen.distances])],
            caption="Distance of distributions between source and target",
        ),
    ]  # fmt: skip
    return Section(anchor="distances", title="Distances", body=page.joined(parts))


def _distance(one: Distance) -> Row:
    done = "kept as it is" if one.transform == "keep" else one.transform
    return Row(cells=(one.column, done, one.measure, f"{one.distance:.4f}"))
