"""RabbitMQ: one broker with a volume and its password in a file."""

from __future__ import annotations

from pathlib import Path

from environments.nodes import SecretFile, TcpProbe
from environments.topology import Binding, Endpoint, Volume
from tests.environments.written import compiled


def test_it_is_one_broker_whose_queues_outlive_its_process(tmp_path: Path) -> None:
    topology = compiled(tmp_path, {"queue": {"kind": "rabbitmq"}}).topology
    assert topology.candidates == {"queue.any": ("queue-1",)}
    assert topology.volumes == (Volume(name="queue-1-data", holds="the RabbitMQ broker of hello"),)
    assert topology.endpoints == (Endpoint(name="queue", target="queue", port=5672),)
    assert topology.node("queue-1").probes.ready == TcpProbe(port=5672)


def test_its_password_is_a_file(tmp_path: Path) -> None:
    broker = compiled(tmp_path, {"queue": {"kind": "rabbitmq"}}).topology.node("queue-1")
    path = "/run/secrets/queue-password"
    assert broker.attachments.secrets == (SecretFile(secret="queue.password", path=path),)
    assert broker.process.environment == {"RABBITMQ_USER": "hello", "RABBITMQ_PASSWORD_FILE": path}


def test_its_user_can_be_given(tmp_path: Path) -> None:
    topology = compiled(tmp_path, {"queue": {"kind": "rabbitmq", "user": "clerk"}}).topology
    bound = Binding(host="queue", hosts=("queue-1",), port=5672, scheme="amqp", user="clerk")
    assert topology.bindings["queue"] == bound
    assert topology.node("queue-1").process.environment["RABBITMQ_USER"] == "clerk"
