"""Runs a Pulumi program without an engine and records what it registers. Creates nothing, asks nobody.

A program that registers nothing and one that fails are errors: without an engine Pulumi says nothing.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Never

from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_mocks, test
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import resource_pb2 as pb

from foundation.errors import PeakproofError, RunInvalid
from foundation.secrets import Secret
from infra.recorded import CONTAINER, Recorded, Value

PROJECT = "peakproof"
# How Pulumi marks a secret on the wire (its SDKs' "special signature").
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a mark, not a secret
_STACK = "pulumi:pulumi:Stack"


def record(
    program: Callable[[], None], *, stack: str, statuses: Mapping[str, int] | None = None
) -> tuple[Recorded, ...]:
    """What the program registers, sorted by URN.

    `statuses`: container -> the status it ends with, 0 where not given. Raises RunInvalid for a program that
    registers nothing, PeakproofError (with its cause) for one that fails.
    """
    monitor = _Monitor(_Answers(statuses or {}))
    try:
        with _own_loop():
            set_mocks(monitor.mocks, project=PROJECT, stack=stack, logger=_silent(), monitor=monitor)
            test(program)()  # type: ignore[no-untyped-call]
    except PeakproofError:
        raise
    except Exception as error:
        raise PeakproofError(f"the program of {stack} failed: {type(error).__name__}: {error}") from error
    recorded = monitor.recorded()
    if not any(_makes_something(resource) for resource in recorded):
        raise RunInvalid(
            f"the program of {stack} registered no resource, so nothing was checked",
            hint="a program must declare its resources while it runs, not when it is imported",
        )
    return recorded


def _makes_something(resource: Recorded) -> bool:
    return not resource.component and not resource.type.startswith("pulumi:providers:")


class _Answers(Mocks):
    """What the engine would answer: the name that was asked for, and how a container ended."""

    def __init__(self, statuses: Mapping[str, int]) -> None:
        self._statuses = statuses

    def call(self, args: MockCallArgs) -> tuple[dict[str, object], list[tuple[str, str]] | None]:
        raise PeakproofError(f"the program asked {args.token}: describing never connects")

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, object]]:
        state: dict[str, object] = {"name": args.inputs.get("name")}
        if args.typ == CONTAINER:
            state["exitCode"] = self._statuses.get(args.name, 0)
        return f"{args.name}-id", state


class _Monitor(MockMonitor):
    """Keeps every registration. Pulumi calls from several threads."""

    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self._lock = threading.Lock()
        self._recorded: list[Recorded] = []
        self._finished: set[str] = set()

    def recorded(self) -> tuple[Recorded, ...]:
        with self._lock:
            return tuple(
                replace(resource, finished=not resource.component or resource.urn in self._finished)
                for resource in sorted(self._recorded, key=lambda resource: resource.urn)
            )

    def RegisterResource(  # noqa: N802 - Pulumi's name
        self, request: pb.RegisterResourceRequest
    ) -> pb.RegisterResourceResponse:
        respond = super().RegisterResource
        with _own_loop():  # of this thread; Pulumi would make one and never close it
            response: pb.RegisterResourceResponse = respond(request)  # type: ignore[no-untyped-call]
        if request.type != _STACK:
            with self._lock:
                self._recorded.append(_recorded(request, response.urn))
        return response

    def RegisterResourceOutputs(self, request: pb.RegisterResourceOutputsRequest) -> Empty:  # noqa: N802
        with self._lock:
            self._finished.add(request.urn)
        return Empty()

    def ReadResource(self, request: pb.ReadResourceRequest) -> Never:  # noqa: N802 - Pulumi's name
        raise PeakproofError(f"the program reads {request.type} {request.name}: describing never connects")


def _recorded(request: pb.RegisterResourceRequest, urn: str) -> Recorded:
    inputs = _value(_plain(request.object))
    assert isinstance(inputs, dict)
    return Recorded(
        urn=urn,
        type=request.type,
        name=request.name,
        inputs=inputs,
        parent=request.parent,
        provider=request.provider,
        dependencies=frozenset(request.dependencies),
        awaited={key: frozenset(value.urns) for key, value in request.propertyDependencies.items()},
        ignored=frozenset(request.ignoreChanges),
        component=not request.custom,
    )


def _plain(message: Message) -> object:
    plain: object = MessageToDict(message)
    return plain


def _value(wire: object) -> Value:
    """JSON of the wire as ours: secrets as Secret, whole numbers as int (the wire has only doubles)."""
    if isinstance(wire, dict):
        if wire.get(_SIGNATURE) == _SECRET:
            return Secret(str(wire["value"]))
        return {str(key): _value(inner) for key, inner in wire.items()}
    if isinstance(wire, list):
        return [_value(inner) for inner in wire]
    if isinstance(wire, float) and wire.is_integer():
        return int(wire)
    assert wire is None or isinstance(wire, (bool, int, float, str))
    return wire


@contextmanager
def _own_loop() -> Iterator[None]:
    """An event loop for this thread. Outputs that fail with the first failure are not reported again."""
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def _silent() -> logging.Logger:
    """Pulumi's engine log of this run goes nowhere: what failed is raised."""
    logger = logging.Logger("infra")
    logger.addHandler(logging.NullHandler())
    return logger
