"""What is wrong with a site is told before any of its hosts is asked, which takes minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.site import Site
from foundation.errors import InputError
from playbooks.auditing import commands, reaching


@pytest.mark.parametrize(
    ("hosts", "told"),
    [
        ("{a: {docker: 'tcp://a:2375'}}", "cannot be looked at from here"),
        ("{a: {docker: 'ssh://a'}, b: {docker: 'ssh://b'}}", "the firewall of site 's' cannot be made"),
        (
            "{a: {docker: 'ssh://a', variables: {firewall_entry_ports: [https]}}}",
            "the firewall of site 's' cannot be made",
        ),
    ],
)
def test_a_site_that_will_not_do_is_told_first(
    hosts: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(_site: Site, _done: object) -> reaching.Collected:
        raise AssertionError("a host was asked")

    monkeypatch.setattr(reaching, "collect", asked)
    site = tmp_path / "s.yaml"
    site.write_text(f"site: s\nhosts: {hosts}\nsubnets: 10.9.0.0/16\n")
    with pytest.raises(InputError, match=told):
        commands.audit(str(site), None)
