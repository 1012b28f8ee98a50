"""A firewall that lets in what no rule names is a gate; one that was not looked at is no pass."""

from __future__ import annotations

import pytest

from playbooks.auditing.areas import firewall
from playbooks.auditing.judging import Severity, Status
from tests.playbooks.auditing.given import answer, evidence


def ruleset(**policies: str) -> dict[str, object]:
    """A base chain a hook, beside Docker's own."""
    chains = [
        {"chain": {"family": "inet", "type": "filter", "hook": hook, "policy": policy}}
        for hook, policy in policies.items()
    ]
    nat = {"chain": {"family": "ip", "type": "nat", "hook": "input", "policy": "accept"}}
    return {"nftables": [{"metainfo": {}}, nat, *chains]}


def test_a_chain_that_drops_by_default_holds() -> None:
    given = evidence(firewall=ruleset(input="drop", forward="drop"))
    assert answer(given, "firewall.input").status is Status.HOLDS
    assert answer(given, "firewall.forward").status is Status.HOLDS


@pytest.mark.parametrize("rules", [ruleset(input="accept"), ruleset()])
def test_a_host_that_takes_what_no_rule_names_is_a_gate(rules: dict[str, object]) -> None:
    (found,) = answer(evidence(firewall=rules), "firewall.input").open
    assert found.severity is Severity.HIGH


def test_a_host_without_nftables_was_not_looked_at() -> None:
    given = evidence()
    assert answer(given, "firewall.input").status is Status.NOT_LOOKED
    assert not firewall.drops(given)
