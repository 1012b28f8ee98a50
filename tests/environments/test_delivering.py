"""Which secrets a definition comes to, how nodes are given them, and what of that is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from environments import giving
from environments.loading import topology_of
from environments.nodes import SecretFile, SecretVariable
from environments.topology import SecretRef
from foundation.errors import InputError
from foundation.given import FromFile, FromVariable
from tests.environments.written import Secrets, Services, application, compiled, definition

GIVEN: Secrets = {"token": {"variable": "TOKEN"}}
STORE: Mapping[str, object] = {"kind": "postgres"}


def web(**delivered: object) -> Services:
    """One service that is given these secrets."""
    return {"web": application("web", secrets=delivered), "store": STORE}


def refused(folder: Path, services: Services, secrets: Secrets) -> str:
    with pytest.raises(InputError) as caught:
        compiled(folder, services, secrets)
    return "\n".join(map(str, caught.value.problems))


def test_a_given_secret_is_a_file_or_a_variable_of_the_service_that_asks(tmp_path: Path) -> None:
    services = web(token="/run/token", pin={"as": "environment", "variable": "PIN"})
    topology = compiled(tmp_path, services, {**GIVEN, "pin": {"file": "pin"}}).topology
    attachments = topology.node("web-1").attachments
    assert attachments.secrets == (SecretFile(secret="token", path="/run/token"),)
    assert attachments.variables == (SecretVariable(secret="pin", variable="PIN"),)
    assert {SecretRef(name="token", kind="given"), SecretRef(name="pin", kind="given")} < set(
        topology.secrets
    )


def test_where_a_secret_comes_from_is_no_part_of_what_runs(tmp_path: Path) -> None:
    sources: list[Secrets] = [GIVEN, {"token": {"file": "x"}}, {"token": {"command": ["vault", "read"]}}]
    digests = {compiled(tmp_path, web(token="/t"), given).topology.digest for given in sources}
    assert len(digests) == 1


def test_without_tls_there_is_no_authority(tmp_path: Path) -> None:
    kinds = {ref.kind for ref in compiled(tmp_path, web(token="/t"), GIVEN).topology.secrets}
    assert kinds == {"password", "given"}


PROBLEMS: Mapping[str, tuple[Services, Secrets, str]] = {
    "that nobody gives": (
        web(token="/run/token"),
        {},
        "which no service of the definition makes and `secrets` does not give",
    ),
    "that nobody reads": (web(), GIVEN, "no process of 'hello' reads the secret 'token'"),
    "misspelled": (web(tokne="/run/token"), GIVEN, "did you mean"),
    "that signs certificates": (
        {
            "web": application("web", secrets={"environment.authority": "/key"}),
            "store": {**STORE, "tls": True},
        },
        {},
        "reads the secret 'environment.authority'",
    ),
    "where another is": (web(**{"token": "/t", "store.password": "/t"}), GIVEN, "the same place, /t"),
    "in a variable that is set": (
        web(token={"as": "environment", "variable": "HELLO_NAME"}),
        GIVEN,
        "a secret and a value in the same place, HELLO_NAME",
    ),
    "in a variable without a name": (web(token={"as": "environment"}), GIVEN, "variable"),
    "in a name that is no variable": (
        web(token={"as": "environment", "variable": "NO-NAME"}),
        GIVEN,
        "'NO-NAME' is no name of an environment variable",
    ),
    "from two places": (web(token="/t"), {"token": {"file": "x", "variable": "X"}}, "comes from one of"),
    "from nowhere": (web(token="/t"), {"token": {}}, "comes from one of"),
    "from an empty command": (web(token="/t"), {"token": {"command": []}}, "command"),
}


@pytest.mark.parametrize("secret", PROBLEMS)
def test_a_secret_is_refused_with_its_place(tmp_path: Path, secret: str) -> None:
    services, given, what = PROBLEMS[secret]
    told = refused(tmp_path, services, given)
    assert what in told
    assert "t.yaml:" in told


def test_everything_that_is_missing_is_told_at_once_and_nothing_is_run(tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    services = web(token="/1", pin="/2", key="/3", ran="/4")
    loaded = compiled(
        tmp_path,
        services,
        {
            "token": {"variable": "PEAKPROOF_NOT_SET"},
            "pin": {"file": "pin.txt"},
            "key": {"command": ["no-such-vault"]},
            "ran": {"command": ["touch", str(trace)]},
        },
    )
    with pytest.raises(InputError) as caught:
        giving.refuse_missing(giving.sources(loaded.definition), loaded.topology.secrets)
    assert [problem.what for problem in caught.value.problems] == [
        "secret 'token': the environment variable PEAKPROOF_NOT_SET is not set",
        f"secret 'pin': no such file: {tmp_path / 'pin.txt'}",
        "secret 'key': no program 'no-such-vault' on this machine",
    ]
    assert all("t.yaml:" in problem.where for problem in caught.value.problems)
    assert not trace.exists()


def test_values_are_read_beside_the_definition_and_only_those_that_a_node_is_given(tmp_path: Path) -> None:
    (tmp_path / "pin.txt").write_text("1234\n")
    loaded = compiled(tmp_path, web(pin="/pin"), {"pin": {"file": "pin.txt"}})
    sources = giving.sources(loaded.definition)
    read = giving.read(sources, loaded.topology.secrets)
    assert {name: secret.reveal() for name, secret in read.items()} == {"pin": "1234"}
    assert giving.read(sources, ()) == {}


def test_every_value_that_cannot_be_had_is_told_without_any(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    given: Secrets = {"a": {"file": "empty"}, "b": {"command": ["sh", "-c", "echo s3cret; exit 3"]}}
    loaded = compiled(tmp_path, web(a="/a", b="/b"), given)
    with pytest.raises(InputError) as caught:
        giving.read(giving.sources(loaded.definition), loaded.topology.secrets)
    told = "\n".join(map(str, caught.value.problems))
    assert "is empty" in told
    assert "the command sh ended with 3" in told
    assert "s3cret" not in told


def test_a_definition_that_extends_another_may_name_another_source(tmp_path: Path) -> None:
    definition(tmp_path, web(token="/t"), file="base", secrets={"token": {"file": "token"}})
    child = "extends: base\ndefinition: child\nsecrets: {token: {file: null, variable: TOKEN}}\n"
    (tmp_path / "child.yaml").write_text(child)
    (given,) = giving.sources(topology_of("child", beside=tmp_path).definition)
    assert given.source == FromVariable(variable="TOKEN")


def test_a_file_is_looked_for_beside_the_document_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "bases").mkdir()
    definition(tmp_path / "bases", web(token="/t"), file="base", secrets={"token": {"file": "token"}})
    (tmp_path / "child.yaml").write_text("extends: bases/base.yaml\ndefinition: child\n")
    (given,) = giving.sources(topology_of("child", beside=tmp_path).definition)
    assert given.source == FromFile(path=tmp_path / "bases" / "token")
