"""Every kind of secret: made once, kept while it holds, made from what it needs, and told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args, get_type_hints

import pytest

from environments.secrets import AUTHORITY, KINDS, TRUST, Making, completed, kept_apart, made
from environments.topology import SecretRef
from foundation import pki
from foundation.secrets import Secret

NOW = datetime(2026, 11, 27, tzinfo=UTC)
MAKING = Making(instance="mine", now=NOW, given={"token": Secret("given")})
CERTIFICATE = SecretRef(name="store.certificate", kind="certificate", names=("store", "store-1"))
REFS = completed([
    SecretRef(name="store.password"), SecretRef(name="token", kind="given"), CERTIFICATE, TRUST,
])  # fmt: skip
FIRST = made(REFS, {}, MAKING)


def again(making: Making = MAKING, *, kept: Mapping[str, Secret] = FIRST) -> set[str]:
    """The secrets that are others the second time."""
    second = made(REFS, kept, making)
    return {name for name in second if second[name] != FIRST[name]}


def test_the_topology_knows_every_kind_and_no_other() -> None:
    assert set(get_args(get_type_hints(SecretRef)["kind"])) == set(KINDS)


def test_every_kind_is_made(subtests: pytest.Subtests) -> None:
    assert {ref.kind for ref in REFS} == set(KINDS)
    for name, secret in FIRST.items():
        with subtests.test(name):
            assert secret.reveal()


def test_what_a_secret_is_made_from_comes_with_it_once() -> None:
    other = replace(CERTIFICATE, name="queue.certificate")
    assert completed([CERTIFICATE, other, TRUST]) == (CERTIFICATE, other, TRUST, AUTHORITY)


def test_only_what_no_node_is_given_is_kept_apart() -> None:
    assert kept_apart(REFS) == (AUTHORITY.name,)


def test_everything_is_made_once() -> None:
    assert again() == set()


def test_a_value_that_people_change_is_taken_over() -> None:
    assert again(replace(MAKING, given={"token": Secret("changed")})) == {"token"}


def test_a_certificate_is_made_anew_when_it_is_to_be_renewed_and_not_before() -> None:
    renewal = pki.renewal(FIRST["store.certificate"])
    assert again(replace(MAKING, now=renewal - timedelta(seconds=1))) == set()
    assert again(replace(MAKING, now=renewal)) == {"store.certificate"}


def test_a_certificate_for_other_names_is_another() -> None:
    refs = completed([replace(CERTIFICATE, names=("store", "store-1", "store-2")), TRUST])
    second = made(refs, FIRST, MAKING)
    assert pki.names(second["store.certificate"]) == ("store", "store-1", "store-2")
    assert second["environment.trust"] == FIRST["environment.trust"]


def test_a_lost_authority_takes_all_that_it_signed_with_it() -> None:
    kept = {name: secret for name, secret in FIRST.items() if name != AUTHORITY.name}
    assert again(kept=kept) == {"environment.authority", "environment.trust", "store.certificate"}


def test_clients_trust_whoever_signed_and_are_given_no_key() -> None:
    trust = FIRST["environment.trust"]
    assert pki.signed_by(FIRST["store.certificate"], trust)
    assert "PRIVATE KEY" not in trust.reveal()


def test_two_environments_have_two_authorities() -> None:
    other = made(REFS, {}, MAKING)
    assert not pki.signed_by(other["store.certificate"], FIRST["environment.authority"])
