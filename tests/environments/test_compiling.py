"""What the laptop's definition becomes: its nodes, who may talk to whom, and the one way in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from environments import door
from environments.loading import topology_of
from environments.lookup import PACKAGE
from environments.nodes import CommandProbe, HttpProbe, Lifecycle, Node
from environments.services.haproxy import CONFIG
from environments.services.postgres import LEADS
from environments.topology import OUTSIDE, Binding, Endpoint, Flow, Network, Partner
from foundation.errors import InputError
from foundation.units import duration
from tests.environments.written import Services, application, compiled

LAPTOP = topology_of("laptop", beside=Path()).topology


def file_of(node: Node, path: str) -> str:
    return next(file.content for file in node.attachments.files if file.path == path)


def test_the_laptop_has_one_of_everything_and_two_of_what_is_killed() -> None:
    assert sorted(node.name for node in LAPTOP.nodes) == [
        "api-1", "api-2", "balancer-1", "broker-1", "database-1", "erp-1", "migrate-1", "relay-1", "worker-1",
    ]  # fmt: skip


def test_a_definition_compiles_to_the_same_topology_every_time() -> None:
    assert topology_of("laptop", beside=Path()).topology == LAPTOP


def test_every_network_of_a_topology_is_internal() -> None:
    assert LAPTOP.networks == (Network(name="front"), Network(name="back"))


def test_no_node_publishes_a_port() -> None:
    assert not any(node.attachments.published for node in LAPTOP.nodes)


def test_the_door_leads_to_the_balancer_and_for_people_to_database_and_broker() -> None:
    assert set(LAPTOP.endpoints) == {
        Endpoint(name="balancer", target="balancer", port=8000, protocol="http"),
        Endpoint(name="database", target="database", port=5432),
        Endpoint(name="broker", target="broker", port=5672),
    }


def test_the_database_and_broker_are_not_where_customers_are() -> None:
    for name in ("database-1", "broker-1", "relay-1", "worker-1", "migrate-1"):
        assert LAPTOP.node(name).attachments.networks == ("back",)
    assert LAPTOP.node("balancer-1").attachments.networks == ("front",)


def test_flows_are_what_must_be_able_to_pass_and_no_more() -> None:
    inside = {flow for flow in LAPTOP.flows if flow.source != OUTSIDE}
    on_database = ("api", "erp", "migrate", "relay", "worker")
    assert inside == {
        Flow(source="balancer", target="api", port=8000),
        *(Flow(source=name, target="database", port=5432) for name in on_database),
        *(Flow(source=name, target="broker", port=5672) for name in ("relay", "worker")),
        Flow(source="worker", target="erp", port=8080),
    }  # fmt: skip


def test_every_flow_has_a_network_that_both_ends_stand_on() -> None:
    for flow in (flow for flow in LAPTOP.flows if flow.source != OUTSIDE):
        ends = [
            {network for node in LAPTOP.nodes if node.service == end for network in node.attachments.networks}
            for end in (flow.source, flow.target)
        ]
        assert ends[0] & ends[1], flow


def test_whoever_is_reached_from_outside_has_a_flow_from_there() -> None:
    ends = {(flow.target, flow.port) for flow in LAPTOP.flows if flow.source == OUTSIDE}
    assert ends == {(endpoint.target, endpoint.port) for endpoint in LAPTOP.endpoints}


def test_a_binding_says_how_a_service_is_reached_and_names_its_nodes_one_by_one() -> None:
    assert LAPTOP.bindings["api"] == Binding(
        host="api", hosts=("api-1", "api-2"), port=8000, health="/health/ready"
    )
    assert LAPTOP.bindings["relay"] == Binding(host="relay", hosts=("relay-1",))


def test_a_variable_can_ask_for_what_a_service_has_and_nothing_else() -> None:
    assert LAPTOP.bindings["api"].properties() == {
        "host": "api", "hosts": "api-1,api-2", "port": "8000", "health": "/health/ready",
    }  # fmt: skip
    assert "port" not in LAPTOP.bindings["relay"].properties()


def test_a_network_that_a_kind_names_and_nobody_makes_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("environments.services.stateful.BACK", "cellar")
    with pytest.raises(ValueError, match="store-1 stands on the network 'cellar', which no kind"):
        compiled(tmp_path, {"store": {"kind": "postgres"}})


def test_roles_name_what_faults_aim_at() -> None:
    assert LAPTOP.candidates["api.any"] == ("api-1", "api-2")
    assert LAPTOP.candidates["database.leader"] == ("database-1",)
    assert "door.any" not in LAPTOP.candidates


def test_a_role_that_moves_is_asked_for_when_it_is_aimed_at() -> None:
    asked = {role.name: role.holds for role in LAPTOP.roles if role.holds}
    assert asked == {"database.leader": LEADS, "balancer.active": HttpProbe(port=8000, path="/health/ready")}


def test_the_entry_is_the_balancer() -> None:
    assert LAPTOP.entry == "balancer"


def test_the_erp_is_simulated() -> None:
    assert LAPTOP.partners == (Partner(name="erp", simulator="erp"),)


def test_what_runs_once_must_be_done_before_what_needs_it_starts() -> None:
    migrate = LAPTOP.node("migrate-1")
    assert migrate.lifecycle is Lifecycle.ONCE
    assert migrate.needs == ("database-1",)
    for name in ("api-1", "api-2", "relay-1", "worker-1", "erp-1"):
        assert "migrate-1" in LAPTOP.node(name).needs


def test_bindings_fill_the_processes_environment() -> None:
    environment = LAPTOP.node("api-1").process.environment
    assert environment["ORDERHUB_DATABASE_HOST"] == "database"
    assert environment["ORDERHUB_DATABASE_PORT"] == "5432"
    assert environment["ORDERHUB_ERP_URL"] == "http://erp:8080"


def test_a_password_is_handed_on_as_a_file_never_in_the_environment() -> None:
    variables = [item for node in LAPTOP.nodes for item in node.process.environment.items()]
    passwords = [value for name, value in variables if "PASSWORD" in name]
    assert passwords
    assert all(value.startswith("/run/secrets/") for value in passwords)


def test_who_is_given_a_secret_is_who_asked_for_it() -> None:
    given = {node.name: {file.secret for file in node.attachments.secrets} for node in LAPTOP.nodes}
    assert given["api-1"] == {"database.password"}
    assert given["relay-1"] == {"database.password", "broker.password"}
    assert given["balancer-1"] == set()


def test_no_node_may_do_what_it_does_not_need() -> None:
    assert not any(node.hardening.capabilities for node in LAPTOP.nodes)


def default(name: str) -> float:
    """A default of orderhub's settings; the application itself is never imported here."""
    text = (PACKAGE / "platforms/orderhub/app/orderhub/settings.py").read_text()
    found = re.search(rf"^ *{name}(?:: \w+)? = ([\d.]+)$", text, re.MULTILINE)
    assert found, f"{name} is not in orderhub's settings"
    return float(found[1])


def test_time_outs_are_ordered_from_the_client_to_the_database() -> None:
    config = file_of(LAPTOP.node("balancer-1"), CONFIG)
    balancer = {name: duration(text) for name, text in re.findall(r"timeout (\w+) (\w+)", config)}
    order = [
        default("CLIENT_TIMEOUT"),
        balancer["server"],
        default("request_timeout"),
        default("database_statement_timeout"),
    ]
    assert order == sorted(set(order), reverse=True)
    assert balancer["server"] == default("BALANCER_TIMEOUT"), "what orderhub expects of the balancer"
    assert balancer["client"] > balancer["server"] > balancer["connect"]


def test_the_balancer_is_ready_once_a_server_behind_it_is() -> None:
    assert LAPTOP.node("balancer-1").probes.ready == HttpProbe(port=8000, path="/health/ready")


def test_two_nodes_of_a_process_differ_in_their_name_alone(tmp_path: Path) -> None:
    topology = compiled(tmp_path, {"web": application("web", nodes=2)}).topology
    first, second = topology.node("web-1"), topology.node("web-2")
    assert (first.process, first.attachments) == (second.process, second.attachments)
    assert first.digest != second.digest


def test_a_process_without_a_port_is_probed_by_its_command() -> None:
    relay = LAPTOP.node("relay-1")
    assert relay.probes.ready == CommandProbe(command=("test", "-e", "/tmp/orderhub-ready"))


@pytest.mark.parametrize("attribute", ["nodes", "networks", "volumes", "endpoints", "secrets"])
def test_names_are_unique(attribute: str) -> None:
    names = [each.name for each in getattr(LAPTOP, attribute)]
    assert len(names) == len(set(names))


def test_where_nothing_is_reached_from_outside_there_is_no_door(tmp_path: Path) -> None:
    topology = compiled(tmp_path, {"web": application("web")}).topology
    assert door.guests(topology) == ()
    assert topology.images() == ["hello/app"]


@pytest.mark.parametrize("asked", ["{store.prot}", "{stor.host}"])
def test_a_variable_that_asks_for_what_there_is_not_is_told(tmp_path: Path, asked: str) -> None:
    services: Services = {
        "web": application("web", environment={"HELLO_OTHER": asked}),
        "store": {"kind": "postgres"},
    }
    with pytest.raises(InputError) as raised:
        compiled(tmp_path, services)
    (problem,) = raised.value.problems
    assert asked in problem.what
    assert "did you mean 'store." in str(problem.hint)
