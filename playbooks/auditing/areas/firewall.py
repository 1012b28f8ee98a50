"""The firewall that the kernel has: what is in no rule is dropped."""

from __future__ import annotations

from playbooks.auditing.evidence import Evidence, Missing
from playbooks.auditing.judging import Area, Finding, Judged, Seen, Severity


def policies(ruleset: dict[str, object], hook: str) -> list[str]:
    """The policies of the base chains at a hook, of IPv4 and IPv6: `nft -j list ruleset`."""
    objects = ruleset.get("nftables")
    chains = [each["chain"] for each in objects if "chain" in each] if isinstance(objects, list) else []
    return [
        str(chain.get("policy"))
        for chain in chains
        if chain.get("hook") == hook
        and chain.get("type") == "filter"
        and chain.get("family") in ("ip", "inet")
    ]


def drops(evidence: Evidence) -> bool:
    """Whether what no rule lets in is dropped; no where it was not looked at."""
    try:
        return "drop" in policies(evidence.section("firewall", dict), "input")
    except Missing:
        return False


def judge(evidence: Evidence) -> Judged:
    ruleset = evidence.section("firewall", dict)
    return {
        "input": _policy(ruleset, "input", Severity.HIGH),
        "forward": _policy(ruleset, "forward", Severity.MEDIUM),
    }


_WHERE = {"input": "to the host", "forward": "through the host"}


def _policy(ruleset: dict[str, object], hook: str, severity: Severity) -> Seen:
    found = policies(ruleset, hook)
    if "drop" in found:
        return Seen(facts=[f"{hook}: policy drop"])
    why = "unless a rule says otherwise" if found else "as there are no rules"
    what = f"what comes {_WHERE[hook]} is let pass, {why}"
    return Seen(
        findings=[Finding(what=what, severity=severity, fix="`peakproof hosts configure --tags firewall`")]
    )


AREA = Area(
    title="Firewall",
    checks={
        "input": "Is what no rule lets in dropped?",
        "forward": "Is what no rule lets through dropped?",
    },
    judge=judge,
)
