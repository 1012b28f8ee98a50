"""What ran and what it was filled with: the environment, its nodes with their images, the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from foundation import page
from foundation.page import Column, Group, Row, Section
from peakproof.report import words
from peakproof.results import Data, Ran, Results

NODES = (Column(title="Node"), Column(title="Image", code=True))


def section(results: Results) -> Section:
    parts = [
        *_left(results.left),
        *_environment(results.environment),
        page.heading("Data"),
        _data(results.data),
    ]
    return Section(anchor="environment", title="Environment and data", body=page.joined(parts))


def _left(left: Sequence[str]) -> Iterator[Markup]:
    for why in left:
        yield page.note(f"Left behind: {why}.", warning=True)


def _environment(ran: Ran | None) -> Iterator[Markup]:
    if ran is None:
        yield page.note("No environment came up.", warning=True)
        return
    yield page.facts(
        {
            "Environment": ran.name,
            "Definition": ran.definition,
            "Site": ran.site,
            "Nodes": words.count(len(ran.nodes)),
            "Digest of the topology": page.code(ran.digest),
        }
    )
    for node, variables in sorted(ran.secret_variables.items()):
        yield page.note(
            f"{node} was given a secret in an environment variable ({', '.join(variables)}), "
            "where everybody who may ask Docker sees it.",
            warning=True,
        )
    rows = [Row(cells=(node, ran.images.get(node, image))) for node, image in sorted(ran.nodes.items())]
    yield page.table(NODES, [Group(rows=rows)], caption="Nodes and their images")


def _data(data: Data | None) -> Markup:
    if data is None:
        return page.note("No data was loaded.", warning=True)
    return page.facts(
        {
            "Source": data.source,
            "Size": words.count(data.size),
            "Rows": words.count(data.rows),
            "Masked columns": words.UNKNOWN
            if data.masked_columns is None
            else words.count(data.masked_columns),
            "Masking": page.mark("verified" if data.verified else "not verified", holds=data.verified),
            "Policy": page.code(data.policy),
        }
    )
