"""`python -m environments.images`: builds what is named, tells people and machines, and answers mistakes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "environments.images", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_help_has_an_example() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "Example: python -m environments.images postgres rabbitmq" in done.stdout


@pytest.mark.integration
def test_machines_get_one_json_document_and_nothing_else_on_stdout() -> None:
    done = run("--json", "base", "python")
    assert done.returncode == 0, done.stderr
    images = json.loads(done.stdout)["images"]
    assert [(image["name"], image["parents"]) for image in images] == [
        ("base", ["debian:trixie-slim"]), ("python", ["base"]),
    ]  # fmt: skip
    assert all(image["id"].startswith("sha256:") for image in images)


@pytest.mark.integration
def test_people_get_a_line_an_image_on_stderr() -> None:
    done = run("base")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.split()[0].startswith("peakproof/base:")


@pytest.mark.integration
def test_a_wrong_name_is_an_input_error_with_the_nearest_one() -> None:
    done = run("rabitmq")
    assert done.returncode == 2
    assert "there is no image 'rabitmq'" in done.stderr
    assert "did you mean rabbitmq?" in done.stderr
