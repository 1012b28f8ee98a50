"""Names that stand for nothing are told together with everything else that is wrong with a definition."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import loading
from foundation.errors import InputError
from tests.environments.written import PLATFORM

WRONG = """\
definition: d
platform: {platform}
entry: nosuch
services:
  web: {{kind: application, process: wbe, memory: 64MiB}}
  door: {{kind: application, process: web, memory: 64MiB}}
  front: {{kind: haproxy, to: nobody, memory: 64MiB, port: {port}}}
  odd: {{kind: rabbit, to: nobody}}
partners: {{erp: {{simulator: odd}}, bank: {{simulator: none}}}}
"""
NAMES = [
    ":6: no service can be called 'door'",
    ":3: no service 'nosuch' in the definition",
    ":9: no service 'none' in the definition",
    ":7: service 'front' needs 'nobody', which the definition does not have",
]


def told(folder: Path, **words: object) -> list[str]:
    """What is said of the definition."""
    path = folder / "d.yaml"
    path.write_text(WRONG.format(**words))
    with pytest.raises(InputError) as caught:
        loading.topology_of(str(path), beside=folder)
    return [str(problem).removeprefix(str(path)) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("words", "beside"),
    [
        ({"platform": PLATFORM, "port": 0}, "'services.front.port'"),
        ({"platform": "nowhere", "port": 80}, "no platform 'nowhere'"),
        ({"platform": [], "port": 80}, "'platform': expected text"),
    ],
    ids=["an option", "a platform that is not there", "no platform at all"],
)
def test_names_are_told_beside_what_fits_no_model(
    tmp_path: Path, words: dict[str, object], beside: str
) -> None:
    said = told(tmp_path, **words)
    for expected in [beside, "unknown 'rabbit'", *NAMES]:
        assert [line for line in said if expected in line], f"{expected} is not in {said}"
    assert not [line for line in said if "no service 'odd'" in line], "it is there, if wrong"


def test_a_process_that_the_platform_does_not_have_is_told_where_there_is_one(tmp_path: Path) -> None:
    said = told(tmp_path, platform=PLATFORM, port=0)
    assert [line for line in said if "no process 'wbe' (did you mean 'web'?" in line]


def test_secrets_that_cannot_be_had_are_told_beside_names_that_stand_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "d.yaml"
    path.write_text(
        f"definition: d\nplatform: {PLATFORM}\nentry: nosuch\nservices:\n"
        "  web: {kind: application, process: web, secrets: {pin: /run/secrets/pin}}\n"
        "secrets:\n  pin: {file: nofile}\n  unused: {file: nofile}\n"
    )
    with pytest.raises(InputError) as caught:
        loading.topology_of(str(path), beside=tmp_path)
    said = [str(problem) for problem in caught.value.problems]
    assert "no service 'nosuch'" in said[0]
    assert "secret 'pin'" in said[1]
    assert len(said) == 2
