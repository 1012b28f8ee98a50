"""docs/hosts/sandbox.md tells of every capability and of all that a box cannot show, with the reason."""

from __future__ import annotations

import pytest

from environments.lookup import PACKAGE
from playbooks.sandbox.describing import CAPABILITIES, UNTESTABLE

DOC = (PACKAGE / "docs/hosts/sandbox.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("what", "why"), [*((f"`{name}`", why) for name, why in CAPABILITIES.items()), *UNTESTABLE.items()]
)
def test_the_table_has_it_with_its_reason(what: str, why: str) -> None:
    assert f"| {what} | {why} |" in DOC
