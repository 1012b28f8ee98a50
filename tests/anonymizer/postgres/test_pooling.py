"""PgBouncer before a source or a target: pools of transactions and statements keep no snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import anonymizer
from anonymizer.policies.policy import Policy
from environments.docker_client import connect
from foundation.errors import Refused
from tests.anonymizer.databases import ask
from tests.anonymizer.postgres.own_servers import Own, bouncer
from tests.anonymizer.postgres.shop import KEY, POLICY, ROWS, SCHEMA

pytestmark = pytest.mark.integration


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """A shop's source and target, and the pooler that both can be reached through."""

    server: Own
    pooler: str
    policy: Policy


@pytest.fixture(scope="module")
def pooled(own_server: Own, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pooled]:
    own_server.database("pooled_source", SCHEMA + ROWS)
    own_server.database("pooled_target", SCHEMA)
    file: Path = tmp_path_factory.mktemp("pooled") / "policy.yaml"
    file.write_text(POLICY)
    with bouncer(connect(), own_server) as pooler:
        yield Pooled(server=own_server, pooler=pooler, policy=anonymizer.load_policy(file))


@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_a_pool_that_keeps_no_session_is_refused_on_either_side(pooled: Pooled, mode: str) -> None:
    source, target = pooled.server.dsn("pooled_source"), pooled.server.dsn("pooled_target")
    with pytest.raises(Refused, match=f"the source is reached through a pool of {mode}s"):
        anonymizer.anonymize(f"{pooled.pooler}pooled_source_{mode}", target, pooled.policy, KEY)
    with pytest.raises(Refused, match=f"the target is reached through a pool of {mode}s") as refused:
        anonymizer.anonymize(source, f"{pooled.pooler}pooled_target_{mode}", pooled.policy, KEY)
    assert "session mode" in str(refused.value.hint)
    assert ask(target, "SELECT to_regclass('peakproof.receipt')") is None


def test_a_pool_of_sessions_works_on_both_sides(pooled: Pooled) -> None:
    source, target = f"{pooled.pooler}pooled_source_session", f"{pooled.pooler}pooled_target_session"
    assert anonymizer.anonymize(source, target, pooled.policy, KEY).verified


def test_the_source_is_known_again_behind_a_pool(pooled: Pooled) -> None:
    alias = f"{pooled.pooler}pooled_source_session"
    with pytest.raises(Refused, match="the target is the source"):
        anonymizer.anonymize(pooled.server.dsn("pooled_source"), alias, pooled.policy, KEY, replace=True)
    assert ask(pooled.server.dsn("pooled_source"), "SELECT count(*) FROM people") == 300
