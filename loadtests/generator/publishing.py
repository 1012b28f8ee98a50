"""Messages to RabbitMQ over AMQP 0-9-1, each confirmed by the broker before the next one is published.

A user's one connection, replaced when it breaks. Declares, consumes and repeats nothing by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic_ns
from urllib.parse import unquote, urlsplit

import amqp

from foundation.errors import InputError
from foundation.secrets import Secret
from loadtests.generator.alarm import Alarm
from loadtests.generator.http.headers import Fields
from loadtests.generator.idle import Idle, idle
from loadtests.generator.reaching import patience
from loadtests.planning.targets import Target, pinned

# An answer by a confirm, told as the status of the same meaning: 4xx and no queue is a definitive no.
CONFIRMED, UNROUTABLE, NACKED = 200, 404, 503
_DEFINITIVE = range(400, 500)
_PERSISTENT = 2
_CONFIRMS = [amqp.spec.Basic.Ack, amqp.spec.Basic.Nack]


class BrokerBroken(OSError):  # noqa: N818 - says what happened
    """The broker refused or closed the connection, in its own words."""

    def __init__(self, why: str) -> None:
        super().__init__(None, why)


@dataclass(frozen=True, kw_only=True)
class Broker:
    """A checked broker, and who one is there. `certificates` is a PEM file, None the machine's own."""

    target: Target
    user: str
    password: Secret
    virtual_host: str
    certificates: str | None

    def tls(self) -> dict[str, str | None] | bool:
        """How py-amqp is told to check it; False without TLS."""
        if self.target.scheme != "amqps":
            return False
        return {"server_hostname": self.target.host, "ca_certs": self.certificates}


def broker(url: str, allowed: Sequence[str], certificates: str | None) -> Broker:
    """The broker at amqp[s]://USER:PASSWORD@HOST:PORT/VHOST. Raises InputError, Unavailable, Refused.

    No message shows the user or the password.
    """
    try:
        parts = urlsplit(url)
        where = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    except ValueError as error:
        raise InputError("a journey's broker is not a URL", hint="amqp://USER:PASSWORD@HOST:5672") from error
    target = pinned(where, allowed, schemes=("amqp", "amqps"))
    return Broker(
        target=target,
        user=unquote(parts.username or "guest"),
        password=Secret(unquote(parts.password or "guest")),
        virtual_host=unquote(target.prefix[1:]) or "/",
        certificates=certificates,
    )


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is published, and to where; `key` is its message id."""

    exchange: str
    routing_key: str
    body: bytes
    key: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> amqp.Message:
        return amqp.Message(
            self.body, content_type="application/json", delivery_mode=_PERSISTENT, message_id=self.key,
            application_headers=dict(self.headers),
        )  # fmt: skip


class Publisher:
    """One user's connection. `sent` is when the last message was about to leave; 0 if none did."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._connection: amqp.Connection | None = None
        self._channel: amqp.Channel | None = None
        self._answer = CONFIRMED
        self.alarm = Alarm()
        self.sent = 0
        self.later: float | None = None  # a broker asks nobody to come later
        self.fields: Fields = ()  # and its confirms have no headers

    def exchange(self, message: Message) -> tuple[int, bytes]:
        """Publishes a message; returns when the broker has confirmed or refused it. Raises OSError.

        Whatever interrupts it closes the connection: a late confirm is never taken for another message's.
        """
        self.sent, self._answer = 0, CONFIRMED
        try:
            return self._published(message), b""
        except amqp.exceptions.AMQPError as error:
            self.close()
            if (
                self.sent
                and isinstance(error, amqp.exceptions.ChannelError)
                and error.reply_code in _DEFINITIVE
            ):
                return int(error.reply_code), b""
            raise BrokerBroken(f"the broker: {error.reply_text or type(error).__name__}") from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Closes whatever is open, without a farewell; the next message opens a new connection."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            connection.collect()

    def _published(self, message: Message) -> int:
        channel, content = self._opened(), message.encoded()
        self.sent = monotonic_ns()
        channel.basic_publish(
            content, exchange=message.exchange, routing_key=message.routing_key, mandatory=True
        )
        channel.wait(_CONFIRMS, callback=self._on_confirm)
        return self._answer

    def _opened(self) -> amqp.Channel:
        if self._connection is not None and idle(self._connection.transport.sock) is not Idle.SILENT:
            self.close()
        if self._channel is None:
            self._channel = self._connected().channel()
            self._channel.confirm_select()
            self._channel.events["basic_return"].add(self._on_return)
        return self._channel

    def _connected(self) -> amqp.Connection:
        """Connects to the first of the broker's addresses that answers."""
        failure: OSError = ConnectionRefusedError("no address to connect to")
        for address in self._broker.target.addresses:
            self._connection = connection = self._connection_to(address)
            try:
                connection.connect()
            except OSError as error:
                self.close()
                failure = error
            else:
                return connection
        raise failure

    def _connection_to(self, address: str) -> amqp.Connection:
        host, wanted = f"[{address}]" if ":" in address else address, self._broker
        return amqp.Connection(
            f"{host}:{wanted.target.port}", userid=wanted.user, password=wanted.password.reveal(),
            virtual_host=wanted.virtual_host, ssl=wanted.tls(),
            connect_timeout=patience(wanted.target, address),
        )  # fmt: skip

    # What py-amqp calls: a message that no queue takes is returned, and then confirmed ---------------------

    def _on_return(self, *_: object) -> None:
        self._answer = UNROUTABLE

    def _on_confirm(self, method: object, *_: object) -> None:
        if method == amqp.spec.Basic.Nack:
            self._answer = NACKED
