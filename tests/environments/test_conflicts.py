"""Names that would mean two things and networks that are too small are told with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.loading import topology_of
from foundation.errors import InputError, Problem
from tests.environments.written import Services, application, compiled, definition


def problems(folder: Path, services: Services) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        compiled(folder, services)
    return caught.value.problems


def line_of(folder: Path, text: str) -> int:
    return (folder / "t.yaml").read_text().splitlines().index(text) + 1


@pytest.mark.parametrize("name", ["door", "generator", "localhost"])
def test_what_is_there_anyway_lends_its_name_to_no_service(tmp_path: Path, name: str) -> None:
    (problem,) = problems(tmp_path, {"web": application("web"), name: application("web")})
    assert f"no service can be called {name!r}" in problem.what
    assert problem.where == f"{tmp_path / 't.yaml'}:{line_of(tmp_path, f'  {name}:')}"


@pytest.mark.parametrize(("first", "second"), [("web", "web-1"), ("web-1", "web")])
def test_a_service_is_not_called_like_a_node_of_another(tmp_path: Path, first: str, second: str) -> None:
    services = {first: application("web", nodes=2), second: application("web", nodes=2)}
    (problem,) = problems(tmp_path, services)
    assert "'web-1' is called like a node of the service 'web'" in problem.what
    assert problem.where == f"{tmp_path / 't.yaml'}:{line_of(tmp_path, '  web-1:')}"


def test_a_name_that_no_node_has_is_free(tmp_path: Path) -> None:
    services = {"web": application("web", nodes=2), "web-3": application("web")}
    assert len(compiled(tmp_path, services).topology.nodes) == 3


@pytest.mark.parametrize(("first", "others", "fits"), [(100, 0, True), (100, 1, True), (100, 10, False)])
def test_a_network_takes_as_many_nodes_as_it_has_addresses(
    tmp_path: Path, first: int, others: int, fits: bool
) -> None:
    services = {"web": application("web", nodes=first)}
    services |= {f"zz{letter}": application("web", nodes=91) for letter in "abcdefghij"[:others]}
    path = definition(tmp_path, services)
    if fits:
        assert len(topology_of(str(path), beside=tmp_path).topology.nodes) == first + 91 * others
        return
    back, front = problems(tmp_path, services)
    assert "1010 nodes stand on the network 'back'" in back.what
    assert "'front'" in front.what
    assert front.where == f"{path}:{line_of(tmp_path, f'    nodes: {first}')}"


def test_all_conflicts_are_told_at_once(tmp_path: Path) -> None:
    many = {f"zz{letter}": application("web", nodes=100) for letter in "abcdefghij"}
    services = {"web": application("web", nodes=90), "web-1": application("web"), **many}
    assert len(problems(tmp_path, services)) == 3
