"""What a sample counts is read from its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from peakproof import samples


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('VERSION = "1"\nCOUNTS = "people"\n', "people"),
        ('VERSION = "1"\n', None),
        ("COUNTS = 3\n", None),
        ("def", None),
    ],
)
@pytest.mark.parametrize("package", [False, True])
def test_what_a_sample_counts_is_a_word_of_its_own(
    tmp_path: Path, text: str, expected: str | None, package: bool
) -> None:
    path = tmp_path / "sample" if package else tmp_path / "sample.py"
    file = path / "__init__.py" if package else path
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    assert samples.counted(path) == expected


def test_a_sample_that_is_not_there_counts_nothing(tmp_path: Path) -> None:
    assert samples.counted(tmp_path / "sample.py") is None
