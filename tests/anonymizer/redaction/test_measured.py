"""How much of what is labelled as personal goes, and how many of the other words stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from anonymizer.audit.record import treatments
from anonymizer.policies.plan import TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.policies.schema import Column, Table
from anonymizer.redaction.recall import HELD_OUT as STATED
from anonymizer.redaction.recall import Share
from tests.anonymizer.redaction.measuring import DEVELOPMENT, HELD_OUT, ONCE_HELD_OUT, measured


@pytest.mark.parametrize("texts", [DEVELOPMENT, ONCE_HELD_OUT])
def test_what_is_labelled_goes_and_the_rest_stays(texts: Path) -> None:
    found = measured(texts)
    assert found.recall >= 0.98, found.missed
    assert found.kept >= 0.98, found.lost


@pytest.mark.parametrize("known", [True, False])
def test_reports_state_what_the_held_out_texts_measure(known: bool) -> None:
    found = measured(HELD_OUT, own=known)
    stated = Share(recall=round(found.recall, 3), kept=round(found.kept, 3), parts=found.parts)
    assert STATED[known] == stated, "measure again, and write it down in recall.py and in docs"


@pytest.mark.parametrize(("options", "share"), [({"persons": "who"}, "100.0%"), ({}, "92.4%")])
def test_the_audit_states_the_recall_of_a_redacted_column(options: dict[str, str], share: str) -> None:
    note = Column(
        name="note", type="text", base="text", limit=None, nullable=True, default=False, generated=False
    )
    table = Table(name="t", schema="public", relation="t", rows=1, unique={}, columns={"note": note})
    rule = Rule.model_validate({"transform": "redact", "class": "free", "options": options})
    (found,) = treatments(TablePlan(table=table, rules={"note": rule}))
    assert found.measured.startswith(share)
