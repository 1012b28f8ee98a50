"""docs/compose.md says what becomes of every key and option, and its example is what is made."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from environments.cli import app
from environments.compose import finding, secret_plan
from environments.compose.keys import KEYS
from environments.compose.known import KNOWN
from environments.compose.looking import MOST_BYTES, MOST_FILES
from environments.lookup import PACKAGE
from tests.environments.commanding import run_here

TEXT = (PACKAGE / "docs" / "compose.md").read_text(encoding="utf-8")
FATES = {"taken": "Taken over:", "met": "Met in another way", "lost": "Not taken over, and told:"}


def table(after: str) -> dict[str, str]:
    """Key -> what is said of it, of the table after a line."""
    rows = TEXT.partition(f"\n{after}")[2].partition("|---|---|\n")[2].partition("\n\n")[0].splitlines()
    cells = [row.strip("| ").split(" | ", 1) for row in rows]
    return {key: said for keys, said in cells for key in re.findall(r"`(\w+)`", keys)}


def test_every_key_stands_in_the_table_of_its_fate_with_its_reason() -> None:
    for fate, after in FATES.items():
        said = table(after)
        assert set(said) == {name for name, key in KEYS.items() if key.fate == fate}
        for name, text in said.items():
            assert KEYS[name].why in text
            assert KEYS[name].hint in text


def test_every_option_is_documented() -> None:
    env = typer.main.get_command(app)
    command = env.commands["import"]  # type: ignore[attr-defined]  # a group has commands
    options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    assert set(re.findall(r"^\| `(--[a-z-]+)", TEXT, re.MULTILINE)) == options


def test_what_is_counted_and_named_is_what_the_code_has() -> None:
    assert f"at most {MOST_FILES} texts and {MOST_BYTES // 1024} KiB" in TEXT
    assert secret_plan.FOLDER in TEXT
    assert all(name in TEXT for name in finding.NAMES)
    for known in KNOWN:
        assert known.serves in TEXT
        assert all(f"`{image.rpartition('/')[2]}`" in TEXT for image in known.images)


def test_the_example_becomes_what_is_shown(tmp_path: Path) -> None:
    compose, shown = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)[:2]
    (tmp_path / "compose.yaml").write_text(compose)
    (tmp_path / "Dockerfile").write_text("FROM peakproof/python\n")
    assert run_here("env", "import", str(tmp_path)).returncode == 0
    written = (tmp_path / "shop.yaml").read_text()
    assert written == shown
    assert run_here("env", "check", str(tmp_path / "shop.yaml")).returncode == 0


def test_the_kinds_serve_what_is_told() -> None:
    """Debian's own versions: what the images install."""
    folders = PACKAGE / "environments" / "images"
    for known in KNOWN:
        assert (folders / known.kind / "Dockerfile").is_file(), known.kind
