"""What a plan cannot ask of a stack that stands: it is not its own."""

from __future__ import annotations

from pathlib import Path

from tests.peakproof.telling import GOOD, line_of, told


def test_a_stack_has_no_other_name(tmp_path: Path) -> None:
    text = GOOD.replace("environment: {", "environment: {name: mine, stack: staging, ")
    assert "`name` is an environment's that `rehearse` brings up" in told(tmp_path, text)


def test_a_stack_is_not_emptied_for_a_search(tmp_path: Path) -> None:
    text = f"{GOOD.replace('environment: {', 'environment: {stack: staging, ')}capacity: {{budget: 15m}}\n"
    said = told(tmp_path, text)
    assert f"plan.yaml:{line_of(text, 'capacity: {')}: a search for capacity empties the database" in said


def test_the_hosts_of_a_stack_are_no_targets(tmp_path: Path) -> None:
    (tmp_path / "box.yaml").write_text(
        "site: box\nhosts: {a: {docker: ssh://a}, b: {docker: ssh://b}}\nsubnets: 10.240.0.0/16\n"
    )
    there = "environment: {stack: staging, site: ./box.yaml, "
    text = f"{GOOD.replace('environment: {', there)}timeline: [{{at: 2s, kill: host.2}}]\n"
    assert "host.2: on hosts of a stack others may stand" in told(tmp_path, text)
