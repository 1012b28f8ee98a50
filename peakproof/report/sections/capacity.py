"""Capacity: the highest rate that held, the picture of the knee, what was used up first, every trial."""

from __future__ import annotations

from foundation import charts, page, slo
from foundation.page import Section
from loadtests.capacity import results as figures
from peakproof.results import Results


def section(results: Results) -> Section | None:
    """Nothing where nobody searched: most plans do not."""
    capacity = results.capacity
    if capacity is None:
        return None
    found = capacity.found
    sentence = f"Capacity {figures.in_words(found)}."
    sentence += f" Used up first: {capacity.saturated}." if capacity.saturated else ""
    promised = [slo.parse(text) for text in capacity.objectives]
    parts = [
        page.note(sentence),
        page.note(f"A rate held if {', '.join(capacity.objectives)}, and no queue grew."),
    ]
    if found.observations:
        parts += [charts.figure(figures.knee(found, promised)), figures.trials(found.observations)]
    return Section(anchor="capacity", title="Capacity", body=page.joined(parts))
