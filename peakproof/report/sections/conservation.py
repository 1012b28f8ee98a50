"""Order conservation: what clients were told, what the platform has, all that is known of bad orders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from foundation import page
from foundation.page import Column, Group, Row, Section
from peakproof.conservation import BadOrder, Conservation, Fate
from peakproof.report import words
from peakproof.results import FILE, Results

ORDERS_SHOWN = 50
WHY_SHOWN = 400  # letters: a platform's own text may be of any length
OUTCOMES = {
    "acknowledged": "acknowledged: exactly once",
    "refused": "refused: not at all",
    "in-doubt": "in doubt: once or not at all",
    "never intended": "never intended: not at all",
}


def section(results: Results) -> Section:
    found = results.conservation
    body = page.joined(_parts(found)) if found is not None else _missing()
    return Section(anchor="conservation", title="Order conservation", body=body)


def _missing() -> Markup:
    return page.note(
        "The ledger was not compared with the platform's books: nothing is known of orders.", warning=True
    )


def _parts(found: Conservation) -> Iterator[Markup]:
    yield page.note(
        f"Each of {words.plural(found.intended, 'request')} that asks the platform for something lasting (an "
        "order, and a payment or a return where journeys submit them) was written down before it was sent. "
        "After the drain the platform's books were asked what became of it."
    )
    yield _matrix(found)
    yield page.note(_in_doubt(found))
    if found.states:
        yield page.heading("States at the end")
        yield page.facts({state: words.count(number) for state, number in found.states.items()})
    if found.bad:
        yield page.heading("What went wrong")
        yield _orders(found)


def _matrix(found: Conservation) -> Markup:
    """Outcomes by fates. What is not bad is conserved, so the bad orders give the whole table."""
    fates = [str(fate) for fate in Fate]
    columns = [
        Column(title="What the client was told"), Column(title="requests", numeric=True),
        *(Column(title=fate, numeric=True) for fate in fates),
    ]  # fmt: skip
    outcomes = [*OUTCOMES, *(name for name in found.outcomes if name not in OUTCOMES)]
    rows = [_outcome(found, outcome, fates) for outcome in outcomes]
    return page.table(columns, [Group(rows=rows)], caption="Requests by outcome and fate")


def _outcome(found: Conservation, outcome: str, fates: list[str]) -> Row:
    bad = [order.fate for order in found.bad if order.outcome == outcome]
    total = found.outcomes.get(outcome, len(bad) if outcome == "never intended" else 0)
    numbers = {str(Fate.CONSERVED): total - len(bad)} | {str(fate): bad.count(fate) for fate in set(bad)}
    cells = [words.count(numbers[fate]) if numbers.get(fate) else "" for fate in fates]
    return Row(cells=(OUTCOMES.get(outcome, outcome), words.count(total), *cells), bad=bool(bad))


def _in_doubt(found: Conservation) -> str:
    number = found.outcomes.get("in-doubt", 0)
    if number == 0:
        return "None was left in doubt: every client got an answer."
    return (
        f"In doubt is a request whose client got no answer within its budget. Of {words.count(number)}, "
        f"the platform had {words.count(found.in_doubt_found)} "
        f"and did not have {words.count(number - found.in_doubt_found)}."
    )


def _orders(found: Conservation) -> Markup:
    columns = [
        Column(title="Key", code=True), Column(title="Fate"), Column(title="Why"),
        Column(title="Client was told"),
        Column(title="Copies", numeric=True), Column(title="Effects", numeric=True), Column(title="State"),
        Column(title="Intended at, UTC", numeric=True),
    ]  # fmt: skip
    shown = _some_of_each(found.bad)
    more = len(found.bad) - len(shown)
    table = page.table(
        columns, [Group(rows=[_order(order) for order in shown])], caption="What is known of each"
    )
    return page.joined([table, *([page.note(f"and {words.count(more)} more, see {FILE}")] if more else [])])


def _some_of_each(bad: Sequence[BadOrder]) -> list[BadOrder]:
    """As many as are shown, by fate: a thousand lost orders must not hide the one that is doubled."""
    by_fate = [[order for order in bad if order.fate is fate] for fate in Fate]
    ranked = [(rank, order) for orders in by_fate for rank, order in enumerate(orders)]
    shown = sorted(ranked, key=lambda found: found[0])[:ORDERS_SHOWN]
    return sorted((order for _, order in shown), key=lambda order: [*Fate].index(order.fate))


def _order(order: BadOrder) -> Row:
    attempts = f" after {words.plural(order.attempts, 'attempt')}" if order.attempts else ""
    why = order.why if len(order.why) <= WHY_SHOWN else order.why[:WHY_SHOWN] + "…"
    return Row(
        cells=(
            order.key, page.mark(str(order.fate), holds=False), why, f"{order.outcome}{attempts}",
            words.count(order.copies), words.count(order.effects), order.state,
            words.clock(order.intended_at) if order.intended_at else "never",
        ),
    )  # fmt: skip
