"""A sandbox described: addresses from its range, files that ssh and a person's site would be made of."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
import yaml

from environments import loading
from environments import site as sites
from environments.dockerfiles import PREFIX
from environments.lookup import PACKAGE
from playbooks.sandbox import describing
from playbooks.sandbox.describing import RANGE, Sandbox
from playbooks.sandbox.running import IMAGES


def box(folder: Path, name: str = "box", count: int = 3) -> Sandbox:
    subnet = next(RANGE.subnets(new_prefix=24))
    return Sandbox(name=name, count=count, subnet=subnet, folder=folder)


def test_the_packaged_site_is_the_sandbox_called_box(tmp_path: Path) -> None:
    """What a person reads in sites/box.yaml and what the sandbox makes are the same hosts and addresses."""
    packaged, made = loading.site_of("box", beside=Path()), box(tmp_path)
    assert made.site == PACKAGE / "environments/sites/box.yaml"
    assert {name: host.address for name, host in packaged.hosts.items()} == made.hosts
    assert packaged.virtual_address == made.virtual_address
    written = yaml.safe_load(describing.site(made))
    assert packaged.variables == written["variables"]
    assert {name: host.docker for name, host in packaged.hosts.items()} == {
        name: host["docker"] for name, host in written["hosts"].items()
    }
    assert packaged.ssh_config == describing.folder("box") / "ssh_config"


@pytest.mark.parametrize(("name", "count"), [("mine", 3), ("box", 1)])
def test_any_other_sandbox_has_a_site_file_of_its_own(tmp_path: Path, name: str, count: int) -> None:
    made = box(tmp_path, name, count)
    assert made.site == tmp_path / "site.yaml"
    made.site.write_text(describing.site(made))
    loaded = sites.load(made.site)
    assert list(loaded.hosts) == [f"{name}-{number + 1}" for number in range(count)]
    assert loaded.ssh_config == tmp_path / "ssh_config"


def test_the_authority_of_a_sandbox_goes_with_its_keys(tmp_path: Path) -> None:
    """One that stayed would be no authority of hosts that are made anew under the same name."""
    variables = yaml.safe_load(describing.site(box(tmp_path, "mine")))["variables"]
    assert Path(variables["certificates_authority"]).expanduser().parent == describing.folder("mine")


def test_no_two_things_of_a_sandbox_have_one_address(tmp_path: Path) -> None:
    made = box(tmp_path, count=9)
    addresses = [*made.hosts.values(), made.packages, made.virtual_address]
    assert len(set(addresses)) == len(addresses)
    assert set(addresses) <= set(made.subnet.hosts()) - {made.subnet[1]}
    assert made.hosts["box-1"] == IPv4Address("10.232.0.11")


def test_subnets_of_nodes_are_none_of_a_sandboxes(tmp_path: Path) -> None:
    described = yaml.safe_load(describing.site(box(tmp_path)))
    assert not IPv4Network(described["subnets"]).overlaps(RANGE)


def test_ssh_trusts_no_host_on_first_sight(tmp_path: Path) -> None:
    written = describing.ssh_config(box(tmp_path / "a folder"))
    assert written.count("Host box-") == written.count("StrictHostKeyChecking yes") == 3
    assert f'IdentityFile "{tmp_path}/a folder/key"' in written


def test_each_power_that_a_host_has_is_explained() -> None:
    assert all(len(why) > 20 for why in describing.CAPABILITIES.values())
    assert "SYS_MODULE" not in describing.CAPABILITIES
    assert "SYS_TIME" not in describing.CAPABILITIES


def test_the_images_stand_on_ours() -> None:
    for folder in IMAGES.values():
        assert f"FROM {PREFIX}base" in (folder / "Dockerfile").read_text()
