"""The steps of a journey: requests of every method, orders that the ledger keeps, messages to a broker."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, ClassVar, TypedDict, Unpack

from foundation.errors import InputError
from loadtests.generator.attempts import Attempts
from loadtests.generator.browser import Browser, Call
from loadtests.generator.http import blanking, bodies
from loadtests.generator.http.bodies import NOTHING, Body, File, Values
from loadtests.generator.http.cookies import Cookies
from loadtests.generator.publishing import Message, Publisher
from loadtests.generator.replies import Reply
from loadtests.generator.timing import Timed
from loadtests.recording.retries import REFUSALS

KEY = "Idempotency-Key"
_NONE: Mapping[str, str] = {}
Placed = Callable[[Any, str], Any]
"""Puts the key into what is submitted: of the JSON or form and the key makes what is sent."""


class Request(TypedDict, total=False):
    """What a request may have beside its step and path.

    One body: `json`, `form` (with `files`: of several parts) or `data` as it is. `expect` are statuses that
    are no failure beside 2xx (`expected` is its older name). `follow=False`: a redirect is an answer, too.
    """

    params: Values | None
    data: bytes | str | None
    json: Any
    form: Values | None
    files: Mapping[str, File] | None
    headers: Mapping[str, str]
    expect: Collection[int]
    expected: Collection[int]
    follow: bool


_KNOWN = Request.__annotations__.keys()


class Asking(Timed):
    """What a journey asks with. A step in on_start is in no clock; `submit` and `publish` need an arrival."""

    broker: ClassVar[str] = ""  # amqp[s]://USER:PASSWORD@HOST:PORT/VHOST
    refusals: ClassVar[Collection[int]] = REFUSALS
    _browser: Browser
    _publisher: Publisher | None

    @property
    def cookies(self) -> Cookies:
        """This user's: what answers set goes with what is asked next, until it expires or is cleared."""
        return self._browser.cookies

    @property
    def headers(self) -> dict[str, str]:
        """What this user sends with every request, such as Authorization; a request's own go before them."""
        return self._browser.headers

    @headers.setter
    def headers(self, headers: Mapping[str, str]) -> None:
        self._browser.headers = dict(headers)

    def _secrets(self) -> Iterable[str]:
        return (*self.cookies.values(), *(v for n, v in self.headers.items() if blanking.secret(n)))

    def request(self, step: str, method: str, path: str, **asked: Unpack[Request]) -> Reply:
        """One request, timed; redirects on the target are followed and of the same step.

        Repeated within the budget where asking twice is asking once: by its method (RFC 9110), under an
        Idempotency-Key, or when it never left or was shed. Raises StepFailed when there is neither 2xx nor
        one of the statuses in `expect`. A journey that goes on then did not end well all the same.
        """
        return self._heard(step, method, path, self._browser.attempts(_call(method, path, asked)))

    def get(self, step: str, path: str, **asked: Unpack[Request]) -> Reply:
        """Reads `path`; else as `request`."""
        return self.request(step, "GET", path, **asked)

    def post(self, step: str, path: str, **asked: Unpack[Request]) -> Reply:
        """A POST without key and ledger: a login, a search. Orders are for `submit`. Else as `request`."""
        return self.request(step, "POST", path, **asked)

    def put(self, step: str, path: str, **asked: Unpack[Request]) -> Reply:
        """As `request`."""
        return self.request(step, "PUT", path, **asked)

    def patch(self, step: str, path: str, **asked: Unpack[Request]) -> Reply:
        """As `request`."""
        return self.request(step, "PATCH", path, **asked)

    def delete(self, step: str, path: str, **asked: Unpack[Request]) -> Reply:
        """As `request`."""
        return self.request(step, "DELETE", path, **asked)

    def submit(
        self,
        step: str,
        path: str,
        *,
        content: str,
        body: Any = NOTHING,  # noqa: ANN401  # whatever JSON can say
        form: Values | None = None,
        params: Values | None = None,
        headers: Mapping[str, str] = _NONE,
        method: str = "POST",
        key: str | Placed = KEY,
        refusals: Collection[int] | None = None,
    ) -> Reply:
        """Sends `body` (JSON) or `form` under a key of its own; in the ledger before it is sent and after.

        `content` is the canonical text of what is asked for; conservation compares its hash. The key goes
        into the header of that name, or where a function of body and key puts it. A refusal (one of
        `refusals`, by default the journey's) is returned. Raises StepFailed for every other answer but 2xx,
        and for none.
        """
        made = self._new_key()
        sent, own = _keyed(body, form, key, made)
        call = Call(
            method=method,
            path=bodies.query(path, params),
            body=sent,
            own=own,
            headers=headers,
            refusals=self.refusals if refusals is None else refusals,
            follow=False,
            keyed=True,
        )
        return self._kept(step, method, path, self._browser.attempts(call), made, content)

    def publish(
        self,
        step: str,
        routing_key: str,
        *,
        body: object,
        content: str,
        exchange: str = "",
        headers: Mapping[str, str] = _NONE,
    ) -> Reply:
        """Publishes `body` to the journey's broker; it is done when the broker has confirmed it.

        Otherwise as `submit`: its key is the message id and the header idempotency-key. A message that no
        queue takes (404), or that the broker will not have, is an error unless `refusals` name it.
        """
        publisher = self._publisher
        if publisher is None:
            raise InputError(
                f"journey {self.journey!r} publishes and has no broker", hint="name it: broker = …"
            )
        key = self._new_key()
        message = Message(
            exchange=exchange, routing_key=routing_key, body=bodies.of_json(body).content, key=key,
            headers={"idempotency-key": key, **headers},
        )  # fmt: skip
        attempts = Attempts(
            wire=publisher, exchange=partial(publisher.exchange, message), refusals=self.refusals
        )
        return self._kept(step, "PUBLISH", f"{exchange}/{routing_key}", attempts, key, content)


def _call(method: str, path: str, asked: Request) -> Call:
    """The call of a request. Raises InputError, TypeError: what it cannot be."""
    if not asked.keys() <= _KNOWN:
        unknown = asked.keys() - _KNOWN
        raise InputError(
            f"a request has no {min(unknown)!r}", hint=f"it has {', '.join(Request.__annotations__)}"
        )
    return Call(
        method=method,
        path=bodies.query(path, asked.get("params")),
        body=bodies.body(
            data=asked.get("data"),
            json=asked.get("json", NOTHING),
            form=asked.get("form"),
            files=asked.get("files"),
        ),
        headers=asked.get("headers", _NONE),
        refusals=asked.get("expect") or asked.get("expected", ()),
        follow=asked.get("follow", True),
    )


def _keyed(body: Any, form: Values | None, key: str | Placed, made: str) -> tuple[Body, Mapping[str, str]]:  # noqa: ANN401  # whatever JSON can say
    """What is submitted with its key, and the key's own header where it is one."""
    if (body is NOTHING) == (form is None):
        raise InputError("what is submitted is a body or a form", hint='such as body={"sku": "PUMP-0001"}')
    if callable(key):
        body, form = (key(body, made), None) if form is None else (NOTHING, key(form, made))
    return bodies.body(json=body, form=form), {} if callable(key) else {key: made}
