"""How a person agrees: --yes, a yes on the terminal, or, for production, its name and nothing else."""

from __future__ import annotations

import sys

import pytest
import typer

from environments.topology import EnvironmentClass
from foundation.errors import InputError, Refused
from infra import confirming

TEST, STAGING, PRODUCTION = EnvironmentClass.TEST, EnvironmentClass.STAGING, EnvironmentClass.PRODUCTION


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)


def agrees(of: EnvironmentClass, *, yes: bool = False, typed: str | None = None) -> bool:
    return confirming.how("shop", of, yes=yes, typed=typed, doing="Change it?")("shop")


@pytest.mark.parametrize("of", [TEST, STAGING])
def test_yes_agrees(of: EnvironmentClass) -> None:
    assert agrees(of, yes=True)


def test_production_does_not_hear_yes() -> None:
    with pytest.raises(InputError, match="its name must be typed"):
        agrees(PRODUCTION, yes=True)


def test_production_hears_its_name() -> None:
    assert agrees(PRODUCTION, typed="shop")


def test_another_name_is_refused_before_anything_is_looked_at() -> None:
    with pytest.raises(Refused, match="'shpo' is not the name of this stack"):
        confirming.how("shop", PRODUCTION, yes=True, typed="shpo", doing="Change it?")


def test_without_a_terminal_nobody_can_be_asked() -> None:
    with pytest.raises(InputError, match="nobody can be asked here"):
        agrees(TEST)


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("answer", [True, False])
def test_on_a_terminal_it_is_asked(monkeypatch: pytest.MonkeyPatch, *, answer: bool) -> None:
    monkeypatch.setattr(typer, "confirm", lambda *_, **__: answer)
    assert agrees(TEST) is answer


@pytest.mark.usefixtures("terminal")
def test_on_a_terminal_productions_name_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: "shop")
    assert agrees(PRODUCTION)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: "")
    with pytest.raises(Refused, match="nothing was changed"):
        agrees(PRODUCTION)


def test_a_rehearsal_hears_the_name_of_a_staging_and_nothing_else() -> None:
    confirming.rehearsal("shop", "shop")
    with pytest.raises(Refused, match="'shpo' is not the name of this stack"):
        confirming.rehearsal("shop", "shpo")
    with pytest.raises(InputError, match=r"its name must be typed \(--confirm shop\)"):
        confirming.rehearsal("shop", None)
