"""Journeys that publish to a real RabbitMQ, and what they make of one that says no, goes or is not there."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import amqp
import pytest

from foundation.errors import InputError, Refused
from loadtests.judging.measurements import Measurements
from loadtests.planning.job import Job, Retry
from loadtests.recording.latency_log import Clock
from loadtests.recording.ledger import Intent, Outcome, Settled, hashed
from loadtests.recording.progress import Event, Progress
from tests.loadtests.conftest import HERE, Loader
from tests.platforms.orderhub.link import link_to
from tests.servers import Server

NOBODY = "http://127.0.0.1:9"  # these journeys send nothing to the target
MESSAGES = HERE / "messages.py"


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A queue of one test, and what lies in it."""

    server: Server
    name: str
    channel: amqp.Channel

    def url(self, port: int | None = None) -> str:
        user, password = quote(self.server.user), quote(self.server.password)
        return f"amqp://{user}:{password}@{self.server.host}:{port or self.server.port}"

    def taken(self) -> list[amqp.Message]:
        return list(iter(lambda: self.channel.basic_get(self.name, no_ack=True), None))


@pytest.fixture
def queue(rabbitmq_server: Server) -> Iterator[Queue]:
    where = rabbitmq_server
    with amqp.Connection(f"{where.host}:{where.port}", userid=where.user, password=where.password) as broker:
        name = f"messages-{secrets.token_hex(4)}"
        channel = broker.channel()
        channel.queue_declare(name, durable=True, auto_delete=False)
        yield Queue(server=where, name=name, channel=channel)
        channel.queue_delete(name)


@pytest.fixture
def aim(monkeypatch: pytest.MonkeyPatch, loader: Loader) -> Aim:
    return Aim(monkeypatch=monkeypatch, loader=loader)


@dataclass(frozen=True)
class Aim:
    """Makes jobs of messages to a broker."""

    monkeypatch: pytest.MonkeyPatch
    loader: Loader

    def job(self, broker: str, routing_key: str, exchange: str = "", **options: float) -> Job:
        for name, value in {"BROKER": broker, "ROUTING_KEY": routing_key, "EXCHANGE": exchange}.items():
            self.monkeypatch.setenv(name, value)
        job = self.loader.job(NOBODY, "announce", journeys=MESSAGES)
        return replace(job, **options)  # type: ignore[arg-type]  # rates and times only


def outcomes(measured: Measurements) -> set[Outcome]:
    return {entry.outcome for entry in measured.ledger() if isinstance(entry, Settled)}


@pytest.mark.integration
def test_every_message_is_confirmed_timed_and_in_the_ledger(queue: Queue, aim: Aim, loader: Loader) -> None:
    measured = loader.run(aim.job(queue.url(), queue.name, rate=50))
    messages = {message.properties["message_id"]: json.loads(message.body) for message in queue.taken()}
    intents = [entry for entry in measured.ledger() if isinstance(entry, Intent)]
    assert {entry.key: entry.content for entry in intents} == {
        key: hashed(f"quantity {body['quantity']}") for key, body in messages.items()
    }
    assert len(messages) == 50
    assert outcomes(measured) == {Outcome.ACKNOWLEDGED}
    assert measured.totals("announce").completed == 50
    assert {measured.histogram("announce/message", clock).total for clock in Clock} == {50}
    assert measured.problems == ()


@pytest.mark.integration
@pytest.mark.parametrize(("routing_key", "exchange"), [("no-such-queue", ""), ("any", "no-such-exchange")])
def test_a_message_that_nobody_takes_is_an_error_and_nowhere(
    queue: Queue, aim: Aim, loader: Loader, routing_key: str, exchange: str
) -> None:
    measured = loader.run(aim.job(queue.url(), routing_key, exchange, rate=10))
    total = measured.totals("announce")
    assert (total.refused, total.errors, total.attempts, total.attempt_errors) == (0, 10, 10, 10)
    assert outcomes(measured) == {Outcome.REFUSED}


@pytest.mark.integration
def test_a_broker_that_goes_and_comes_back_loses_no_acknowledged_message(
    queue: Queue, aim: Aim, loader: Loader
) -> None:
    with link_to(queue.server.host, queue.server.port) as link:

        def cut(event: Event) -> None:
            if isinstance(event, Progress) and event.second == 1:
                link.cut()
            if isinstance(event, Progress) and event.second == 2:
                link.mend()

        measured = loader.run(aim.job(queue.url(link.port), queue.name, rate=40, duration=3), cut)
    found = [message.properties["message_id"] for message in queue.taken()]
    total = measured.totals("announce")
    assert outcomes(measured) == {Outcome.ACKNOWLEDGED}
    assert set(found) == {entry.key for entry in measured.ledger()}
    assert total.attempt_errors > 0 == total.errors
    assert total.completed == 120


@pytest.mark.integration
def test_a_wrong_password_is_told_in_the_brokers_words_and_never_shown(
    queue: Queue, aim: Aim, loader: Loader
) -> None:
    url = queue.url().replace(quote(queue.server.password), "not-this-one")
    job = aim.job(url, queue.name, rate=5, retry=Retry(attempts=1, deadline=5))  # type: ignore[arg-type]
    measured = loader.run(job)
    reasons = {entry.reason for entry in measured.ledger() if isinstance(entry, Settled)}
    assert reasons
    assert all(reason.startswith("never sent: the broker: ") for reason in reasons)
    assert not any(b"not-this-one" in file.read_bytes() for file in Path(job.output).rglob("*.*"))


def test_a_broker_that_is_not_there_gets_nothing_sent(aim: Aim, loader: Loader) -> None:
    job = aim.job("amqp://127.0.0.1:9", "queue", rate=5, retry=Retry(attempts=1))  # type: ignore[arg-type]
    measured = loader.run(job)
    assert outcomes(measured) == {Outcome.REFUSED}
    assert measured.totals("announce").errors == 5


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("amqp://user:hidden@192.0.2.1", Refused),
        ("amqp://user:hidden@[::1", InputError),
    ],
)
def test_a_broker_elsewhere_or_misspelt_is_refused_before_anything_is_sent(
    aim: Aim, loader: Loader, url: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as told:
        loader.run(aim.job(url, "queue"))
    assert "hidden" not in str(told.value)
