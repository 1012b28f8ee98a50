"""How a platform's books are asked: by SQL, at a URL or by a command, as its folder says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from docker.models.containers import Container

from environments.containers import bystander
from environments.containers.bystander import Bystander
from environments.containers.files import FileSpec
from environments.containers.reaper import AGENT
from environments.environment import Environment
from environments.placeholders import filled
from environments.platform import Platform
from environments.questions import RUN, QuestionInput, with_secrets
from environments.secrets import TRUST
from environments.topology import Binding
from foundation.errors import Unavailable
from peakproof.books import Books, by_command
from peakproof.books.by_command import ByCommand
from peakproof.books.by_sql import BySql
from peakproof.books.by_url import MOST, ByUrl, Reply

_ASK, _REQUEST = "/agent/ask.py", "/agent/request.json"
_SERVICE = re.compile(r"\{([a-z][a-z0-9-]*)\.")


@contextmanager
def books(platform: Platform, target: Environment, database: str, run: str) -> Iterator[Books]:
    """The books of a run, `run` being the prefix of its keys, for as long as the block lasts."""
    asked = platform.written.conservation
    assert asked is not None  # the season's plan was checked for it
    if asked.sql is not None:
        yield BySql(target.dsn(database), platform.file(asked.sql), run)
    elif asked.url is not None:
        with _by_url(platform, target, asked, asked.url, run) as found:
            yield found
    else:
        yield _by_command(platform, target, asked, run)


@contextmanager
def _by_url(
    platform: Platform, target: Environment, asked: QuestionInput, url: str, run: str
) -> Iterator[ByUrl]:
    helper = beside(target, _SERVICE.findall(url), _files(target, asked))
    try:
        yield ByUrl(
            url=filled(url, target.instance.topology.bindings),
            run=run,
            where=platform.document.where(("conservation", "url")),
            ask=partial(_reply, helper),
        )
    finally:
        helper.discard()


def _reply(helper: Bystander, page: str) -> Reply:
    ran = helper.run(["python3", _ASK, _REQUEST, page])
    if ran.status != 0:  # such as out of memory
        said = ran.stderr.decode(errors="replace").splitlines()
        raise Unavailable(f"{page} could not be asked: status {ran.status}", detail=said[-5:])
    return Reply.parse(ran.stdout)


def _files(target: Environment, asked: QuestionInput) -> list[FileSpec]:
    secrets = {name: target.secret(name).reveal() for name in asked.secrets}
    trust = target.instance.secrets.get(TRUST.name)
    request = {
        "headers": {name: with_secrets(value, secrets) for name, value in asked.headers.items()},
        "seconds": asked.timeout,
        "most": MOST,
        "trust": trust.reveal() if trust else "",
    }
    return [
        (_ASK, (AGENT / "ask.py").read_bytes(), 0o644),
        (_REQUEST, json.dumps(request).encode(), 0o400),
    ]


def _by_command(platform: Platform, target: Environment, asked: QuestionInput, run: str) -> ByCommand:
    bindings = target.instance.topology.bindings
    where = platform.document.where(("conservation", "command"))
    if asked.node_of is not None:
        words = [filled(word, bindings).replace(RUN, run) for word in asked.command]
        node = partial(running, target, [asked.node_of])
        within = partial(by_command.within, asked.timeout, lambda: bystander.run(node(), words))
        return ByCommand(where=where, seconds=asked.timeout, run=within)
    words = [filled(word, reached(target)).replace(RUN, run) for word in asked.command]
    here = partial(by_command.here, words, platform.folder, asked.timeout)
    return ByCommand(where=where, seconds=asked.timeout, run=here)


def reached(target: Environment) -> dict[str, Binding]:
    """How this machine reaches what it can reach: the services that have an endpoint."""
    found = {}
    for endpoint in target.instance.topology.endpoints:
        host, port = target.address(endpoint.name)
        found[endpoint.target] = Binding(host=host, port=port)
    return found


def running(target: Environment, services: list[str]) -> Container:
    """A container that runs now of these services, or else of any. Raises Unavailable."""
    nodes = [*target.nodes.values()]
    wanted = [each for each in nodes if each.node.service in services]
    for each in wanted or nodes:
        container = each.get_wrapped_container()
        container.reload()
        if container.status == "running" and not each.node.name.startswith("door-"):
            return container
    raise Unavailable(
        f"no node of {', '.join(services) or target.name} runs", hint="see `peakproof env status`"
    )


def beside(target: Environment, services: list[str], files: list[FileSpec]) -> Bystander:
    """A helper in the network of a node that runs, of one of the services if any is named."""
    container = running(target, [each for each in services if each in target.instance.topology.bindings])
    engines = {each.get_wrapped_container().id: name for name, each in target.nodes.items()}
    host = target.instance.placement[engines[container.id]]
    image = target.instance.images["python"]
    return Bystander(target.fleet.on(host), container, image, target.name, files)
