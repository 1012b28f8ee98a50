"""An application: as many nodes of a process as asked for, told where the others are."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.loading import topology_of
from environments.nodes import HttpProbe, Lifecycle, SecretFile
from environments.placeholders import filled
from environments.topology import Binding
from tests.environments.written import PLATFORM, Services, application, compiled, definition

BINDINGS = {"store": Binding(host="store", port=5432)}


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("{store.host}:{store.port}", "store:5432"),
        ("tcp://{store.host}/{other.host}", "tcp://store/{other.host}"),
        ("{store.colour}", "{store.colour}"),
        ('{"json": true}', '{"json": true}'),
        ("{}", "{}"),
        ("{Store.host}", "{Store.host}"),
    ],
)
def test_a_property_of_another_service_is_filled_in(text: str, becomes: str) -> None:
    assert filled(text, BINDINGS) == becomes


def test_it_has_as_many_nodes_as_asked_for(tmp_path: Path) -> None:
    topology = compiled(tmp_path, {"web": application("web", nodes=3)}).topology
    assert topology.candidates["web.any"] == ("web-1", "web-2", "web-3")
    assert topology.node("web-3").attachments.aliases == ("web",)


def test_its_environment_is_the_platforms_then_the_process_then_the_definitions(tmp_path: Path) -> None:
    services: Services = {
        "web": application("web", environment={"HELLO_NAME": "you"}),
        "store": {"kind": "postgres"},
    }
    environment = compiled(tmp_path, services).topology.node("web-1").process.environment
    assert environment == {"HELLO_NAME": "you", "HELLO_STORE": "store:5432"}


def test_a_process_is_given_the_secrets_it_names_and_no_other(tmp_path: Path) -> None:
    services: Services = {
        "keeper": application("keeper"), "web": application("web"), "prepare": application("prepare"),
        "store": {"kind": "postgres"},
    }  # fmt: skip
    topology = compiled(tmp_path, services).topology
    assert topology.node("keeper-1").attachments.secrets == (
        SecretFile(secret="store.password", path="/run/secrets/store-password"),
    )
    assert topology.node("web-1").attachments.secrets == ()


def test_it_waits_for_every_node_of_what_it_needs(tmp_path: Path) -> None:
    services: Services = {
        "keeper": application("keeper"),
        "prepare": application("prepare", nodes=2),
        "store": {"kind": "postgres"},
    }
    assert compiled(tmp_path, services).topology.node("keeper-1").needs == ("prepare-1", "prepare-2")


def test_what_runs_once_has_no_probe(tmp_path: Path) -> None:
    prepare = compiled(tmp_path, {"prepare": application("prepare")}).topology.node("prepare-1")
    assert prepare.lifecycle is Lifecycle.ONCE
    assert prepare.probes.ready is None


def test_what_has_a_path_is_asked_there(tmp_path: Path) -> None:
    web = compiled(tmp_path, {"web": application("web")}).topology.node("web-1")
    assert web.probes.ready == HttpProbe(port=8000, path="/ready")


def test_it_is_given_whom_to_trust_where_a_service_that_it_needs_serves_tls(tmp_path: Path) -> None:
    text = PLATFORM.read_text().replace("needs: [prepare]", "needs: [prepare, store]")
    image = tmp_path / "platform" / "app"
    image.mkdir(parents=True)
    (image / "Dockerfile").touch()
    (image.parent / "platform.yaml").write_text(text)
    services: Services = {
        "keeper": application("keeper", environment={"CA": "{store.trust}"}),
        "web": application("web"),
        "prepare": application("prepare"),
        "store": {"kind": "postgres", "tls": True},
    }
    path = definition(tmp_path, services, platform=str(image.parent / "platform.yaml"))
    topology = topology_of(str(path), beside=tmp_path).topology
    keeper, trusted = topology.node("keeper-1"), topology.bindings["store"].trust
    assert trusted is not None
    assert SecretFile(secret="environment.trust", path=trusted) in keeper.attachments.secrets
    assert keeper.process.environment["CA"] == trusted
    assert topology.node("web-1").attachments.secrets == ()
