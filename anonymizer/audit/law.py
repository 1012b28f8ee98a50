"""What a data protection officer asks by the GDPR's (RODO's) articles, answered from the audit's facts.

It answers what software can know and says what it cannot. It is no legal advice.
Source: Regulation (EU) 2016/679, articles 4(5), 25, 30 and 32, recital 26.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from anonymizer.audit.record import Audit

NOT_STATED = "Not stated: write it under processing in the policy."
# What article 30(1) wants on record and only the controller knows.
STATED: Mapping[str, tuple[str, str]] = {
    "controller": ("30(1)(a)", "Who is the controller?"),
    "contact": ("30(1)(a)", "Who is the data protection officer, or the contact?"),
    "purpose": ("30(1)(b)", "What is the copy for?"),
    "data_subjects": ("30(1)(c)", "Whose data is it?"),
    "recipients": ("30(1)(d)", "Who gets the copy?"),
    "retention": ("30(1)(f)", "When is the copy erased?"),
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an article asks, and what is known of it."""

    article: str
    asks: str
    answer: str


def answers(audit: Audit) -> Iterator[Answer]:
    """In the order of the articles."""
    yield Answer(
        article="4(5)", asks="May the copy be attributed to a person without additional information?",
        answer=_attribution(audit),
    )  # fmt: skip
    yield Answer(
        article="25(1), 25(2)", asks="Is protection by design and by default?", answer=_by_default(audit)
    )
    for name, (article, asks) in STATED.items():
        yield Answer(article=article, asks=asks, answer=audit.processing.get(name, NOT_STATED))
    yield Answer(
        article="30(1)(c)", asks="Which categories of personal data are there, and what became of them?",
        answer=_categories(audit),
    )  # fmt: skip
    yield Answer(
        article="32(1)(a)", asks="Which technical measures pseudonymise and encrypt?", answer=_measures(audit)
    )
    yield Answer(article="32(1)(d)", asks="How is it tested that the measures work?", answer=_testing(audit))


def _attribution(audit: Audit) -> str:
    kept = sum(column.truth for table in audit.tables for column in table.columns)
    return (
        f"The additional information is the key with fingerprint {audit.receipt.key}. As long as it exists, "
        "whoever holds it can try out values: the copy is pseudonymised and still personal data "
        f"(recital 26). Once it is destroyed, what remains are the {kept} columns and places that were kept "
        "as they are."
    )


def _by_default(audit: Audit) -> str:
    columns = [column for table in audit.tables for column in table.columns]
    dropped = sum(column.transform == "drop" for column in columns)
    return (
        f"The policy is closed: each of the {len(columns)} columns and places was decided by name, and one "
        f"that it does not name stops the run before a row is read. Columns and places dropped: "
        f"{dropped}; tables left empty: {len(audit.emptied)}; tables not touched: {len(audit.skipped)}."
    )


def _categories(audit: Audit) -> str:
    classes: dict[str, int] = {}
    for table in audit.tables:
        for column in table.columns:
            if column.class_ is not None:
                classes[column.class_] = classes.get(column.class_, 0) + 1
    counted = ", ".join(f"{count} {name}" for name, count in sorted(classes.items()))
    return (
        f"By the policy's classes: {counted or 'none named'}. The list of columns says what became of each."
    )


def _measures(audit: Audit) -> str:
    return (
        "Pseudonyms are decided by AES-CMAC (NIST SP 800-38B) and FF1 (NIST SP 800-38G) under subkeys by "
        "HKDF (RFC 5869). The source is read within one read-only snapshot; rows are masked in memory before "
        "anything is written. Whether disks and connections are encrypted is not known here. "
        f"Policy {audit.receipt.policy}, SHA-256 {audit.receipt.policy_hash}."
    )


def _testing(audit: Audit) -> str:
    faults = len(audit.seen.faults)
    found = f"it found {faults} {'fault' if faults == 1 else 'faults'}" if faults else "it found no fault"
    return (
        f"After the run the copy was compared with its source in {len(audit.seen.comparisons)} places and "
        f"searched for originals by code that shares nothing with the transforms; {found}. "
        "Each run repeats this, and its result stands in the copy's receipt."
    )
