"""What an exported state says: what stands, what was never ready, what a killed command left undone."""

from __future__ import annotations

from infra import state
from infra.recorded import CONTAINER, NETWORK, PROVIDER


def resource(name: str, type_: str = CONTAINER, **more: object) -> dict[str, object]:
    return {"urn": f"urn:pulumi:shop::peakproof::{type_}::{name}", "type": type_, "id": f"id-{name}", **more}


STACK = resource(
    "shop",
    "pulumi:pulumi:Stack",
    outputs={
        "stack": {"name": "shop"},
        "secrets": {"4dabf18193072939515e22adb298388d": "1b47", "plaintext": '{"store": "swordfish"}'},
    },
)


def test_nothing_at_all_is_an_empty_state() -> None:
    found = state.read({})
    assert (found.resources, found.unfinished, found.outputs) == ((), (), {})


def test_groups_are_no_resources_and_hosts_are_nothing_that_stands() -> None:
    group = resource("api-1", "peakproof:infra:Node")
    found = state.read({"resources": [STACK, resource("local", PROVIDER), group, resource("api-1")]})
    assert [known.name for known in found.resources] == ["local", "api-1"]
    assert [known.name for known in found.things] == ["api-1"]
    assert found.ids == {"id-local", "id-api-1"}


def test_secrets_are_in_the_open_here_and_print_nowhere() -> None:
    found = state.read({"resources": [STACK]})
    assert found.outputs["secrets"] == {"store": "swordfish"}
    assert "swordfish" not in repr(found)


def test_a_node_that_was_never_ready_is_known() -> None:
    listed = [resource("api-1", initErrors=["not healthy"]), resource("api-2")]
    assert {known.name: known.failed for known in state.read({"resources": listed}).resources} == {
        "api-1": True,
        "api-2": False,
    }


def test_what_a_killed_command_was_at_is_unfinished() -> None:
    found = state.read(
        {
            "resources": [
                resource("api-1", pendingReplacement=True),
                resource("front", NETWORK, delete=True),
            ],
            "pending_operations": [{"type": "creating", "resource": resource("api-2")}],
        }
    )
    assert found.unfinished == ("api-1", "api-2", "front")
    assert [known.name for known in found.resources] == ["api-1"]
