"""The page of roles says what the roles take, and nothing that nobody takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from playbooks.reference import PAGE, Role, order, page, read

CLOCK = Role(
    name="clock",
    summary="The time",
    description=("It is the same everywhere.",),
    options={
        "clock_servers": {"type": "list", "elements": "str", "description": ["Whom it follows."]},
        "clock_zone": {"type": "str", "required": True, "description": "Where it is."},
        "clock_mode": {"choices": ["slew", "step"], "description": "How, a | b."},
        "clock_peers": {"type": "list", "elements": "dict", "options": {"name": {"required": True}}},
        "clock_leap": {"type": "dict", "description": "Seconds."},
    },
    defaults={
        "clock_servers": [],
        "clock_mode": "slew",
        "clock_leap": {f"second-{n}": n for n in range(9)},
        "clock_peers": "{{ others }}",
    },
)


@pytest.fixture(scope="module")
def written() -> str:
    return page({"clock": CLOCK}, ("clock",))


def test_the_page_in_the_documentation_is_up_to_date() -> None:
    assert PAGE.read_text() == page(read(), order()), "run: python -m playbooks.reference"


@pytest.mark.parametrize(
    "row",
    [
        "| `clock_servers` | list of str | `[]` | Whom it follows. |",
        "| `clock_zone` | str | required | Where it is. |",
        "| `clock_mode` | `slew` or `step` | `slew` | How, a \\| b. |",
        "| `clock_peers` | list of dict | derived |  |",
        "| `clock_peers[].name` | str | required |  |",
        "| `clock_leap` | dict | below | Seconds. |",
    ],
)
def test_a_variable_has_a_row_with_type_default_and_meaning(written: str, row: str) -> None:
    assert row in written.splitlines()


def test_what_is_too_long_for_a_table_stands_below_it(written: str) -> None:
    assert "clock_leap: {second-0: 0, second-1: 1," in written.split("```yaml")[1]


def test_roles_stand_in_the_order_in_which_they_run_and_the_rest_after_them() -> None:
    roles = {name: Role(name=name, summary=name, description=()) for name in ("a", "b", "c")}
    headings = [line for line in page(roles, ("c", "a")).splitlines() if line.startswith("## ")]
    assert headings == ["## c", "## a", "## b"]


def test_a_role_without_defaults_is_read_too(tmp_path: Path) -> None:
    meta = tmp_path / "bell" / "meta"
    meta.mkdir(parents=True)
    (meta / "argument_specs.yml").write_text(
        "argument_specs: {main: {short_description: A bell, description: rings}}"
    )
    assert read(tmp_path) == {"bell": Role(name="bell", summary="A bell", description=("rings",))}
