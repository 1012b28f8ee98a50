"""How a host is reached: by ssh that asks nothing, where the site's file says."""

from __future__ import annotations

import pytest

from environments.site import Site
from foundation.errors import InputError
from playbooks import standing


def site(docker: str | None, **more: object) -> Site:
    hosts = {"box-1": {"docker": docker}}
    return Site.model_validate({"site": "box", "hosts": hosts, "subnets": "10.9.0.0/16", **more})


def test_no_question_is_asked_no_stranger_trusted_and_the_sites_settings_are_read() -> None:
    box = site("ssh://automation@box-1:2222", ssh_config="/etc/site/ssh_config")
    argv = standing.command(box, "box-1", "sudo -n python3 -I -W ignore -")
    assert argv[:3] == ["ssh", "-F", "/etc/site/ssh_config"]
    assert {"BatchMode=yes", "StrictHostKeyChecking=yes", "ControlPath=none"} <= set(argv)
    assert argv[-5:] == ["-p", "2222", "--", "automation@box-1", "sudo -n python3 -I -W ignore -"]


def test_where_the_site_says_no_more_the_persons_own_settings_count() -> None:
    argv = standing.command(site("ssh://box-1"), "box-1", "true")
    assert argv[-3:] == ["--", "box-1", "true"]
    assert not {"-F", "-p"} & set(argv)


@pytest.mark.parametrize("docker", [None, "tcp://box-1:2375"])
def test_a_host_that_ssh_has_no_way_to_is_named(docker: str | None) -> None:
    with pytest.raises(InputError, match="box-1 of the site 'box' cannot be looked at") as caught:
        standing.require_reachable(site(docker), "looked at")
    assert [problem.where for problem in caught.value.problems] == ["host box-1"]
