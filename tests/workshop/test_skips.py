"""A skip nobody expected must fail the run, and every skip must be told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import skips
from tests.skips import Expected, Skip

pytest_plugins = ["pytester"]

BROWSER = Expected(test="test_report", reason="^no browser", because="it cannot be installed")


def test_a_skip_is_expected_only_if_both_its_test_and_its_reason_are_listed() -> None:
    listed = Skip(test="tests/test_report.py::test_charts", reason="no browser: not allowed")
    other_reason = Skip(test="tests/test_report.py::test_charts", reason="too slow")
    other_test = Skip(test="tests/test_load.py::test_rate", reason="no browser: not allowed")
    assert skips.unexpected([listed, other_reason, other_test], [BROWSER]) == [other_reason, other_test]


def test_the_table_names_every_skip_and_puts_the_unexpected_last() -> None:
    odd, fine = Skip(test="a::odd", reason="too slow"), Skip(test="test_report::b", reason="no browser")
    lines = skips.table([odd, fine], [BROWSER])
    assert lines[0].split() == ["expected", "test_report::b", "no", "browser"]
    assert lines[1].startswith("NOT EXPECTED  a::odd")
    assert "expected_skips.yaml" in lines[2]


def test_every_listed_skip_says_why_it_is_in_order(root: Path) -> None:
    assert all(entry.because for entry in skips.expected(root))


@pytest.fixture
def project(pytester: pytest.Pytester, root: Path) -> pytest.Pytester:
    """A little project with our conftest, and one test that is skipped."""
    for name in ("conftest.py", "lanes.py", "skips.py"):
        pytester.makefile(".py", **{f"tests/{Path(name).stem}": (root / "tests" / name).read_text()})
    pytester.makeini(
        "[pytest]\nmarkers =\n    integration\n    quiet\npythonpath = .\naddopts = --import-mode=importlib"
    )
    pytester.makefile(".py", **{"tests/test_it": "import pytest\ndef test_it(): pytest.skip('too slow')\n"})
    return pytester


def test_an_unexpected_skip_fails_the_run_and_is_shown_before_the_last_line(project: pytest.Pytester) -> None:
    project.makefile(".yaml", **{"tests/expected_skips": "[]"})
    result = project.runpytest_subprocess("tests")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["NOT EXPECTED  tests/test_it.py::test_it  too slow", "*1 skipped in*"])
    assert "1 skipped" in result.outlines[-1]


def test_an_expected_skip_is_shown_and_does_not_fail_the_run(project: pytest.Pytester) -> None:
    project.makefile(".yaml", **{"tests/expected_skips": "[{test: test_it, reason: slow, because: it is}]"})
    result = project.runpytest_subprocess("tests")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["expected      tests/test_it.py::test_it  too slow"])
