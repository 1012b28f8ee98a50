"""Which service customers talk to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.environments.compose.composed import imported


@pytest.mark.parametrize(
    ("services", "entry", "sure"),
    [
        (
            "{web: {image: 'w:1', ports: ['80:80']}, db: {image: 'postgres:1', ports: ['5432:5432']}}",
            "web",
            True,
        ),
        (
            "{api: {image: 'a:1', ports: ['8080']}, proxy: {image: 'n:1', ports: ['80:80'], links: [api]}}",
            "proxy",
            True,
        ),
        (
            "{back: {image: 'a:1', ports: ['80:80']}, front: {image: 'a:1', ports: ['3000'], links: [back]}}",
            "front",
            True,
        ),
        (
            "{look: {image: 'grafana/grafana:1', ports: ['3000']}, api: {image: 'a:1', ports: ['7777']}}",
            "api",
            True,
        ),
        ("{a: {image: 'a:1', ports: ['8080:80']}, b: {image: 'b:1', ports: ['8081:80']}}", "a", False),
        ("{job: {image: 'j:1'}, api: {image: 'a:1', expose: [8080]}}", "api", False),
        ("{job: {image: 'j:1'}}", "job", False),
    ],
)
def test_it_is_guessed_from_what_is_published(tmp_path: Path, services: str, entry: str, sure: bool) -> None:
    made = imported(tmp_path, f"services: {services}")
    assert (made.definition["entry"], made.entry.sure) == (entry, sure)


def test_it_is_the_one_that_is_named(tmp_path: Path) -> None:
    text = "services: {my_api: {image: 'a:1'}, web: {image: 'w:1', ports: ['80:80']}}"
    assert imported(tmp_path, text, entry="my_api").definition["entry"] == "my-api"
