"""A package of which a host's own repository, a folder, has a newer version."""

from __future__ import annotations

from tests.playbooks.roles.trying import Trial

FAILS = "/tmp/fail"
"""Where this file is, the set-up of the newer version fails."""

_PACKAGE = """
apt-get install -yq --no-install-recommends dpkg-dev >/dev/null
mkdir -p /srv/repository
for version in 1 2; do
    mkdir -p /tmp/package/DEBIAN
    printf 'Package: probe\\nVersion: %s\\nArchitecture: all\\nMaintainer: t\\nDescription: t\\n' $version \\
        > /tmp/package/DEBIAN/control
    printf '#!/bin/sh\\n[ ! -e /tmp/fail ]\\n' > /tmp/package/DEBIAN/postinst
    chmod 755 /tmp/package/DEBIAN/postinst
    dpkg-deb --build /tmp/package /srv/repository/probe_$version.deb >/dev/null
done
dpkg --install /srv/repository/probe_1.deb >/dev/null
rm /srv/repository/probe_1.deb
cd /srv/repository && dpkg-scanpackages . > Packages 2>/dev/null
echo 'deb [trusted=yes] file:/srv/repository ./' > /etc/apt/sources.list.d/repository.list
"""


def make(hosts: Trial, host: str) -> None:
    hosts.on(host, _PACKAGE)


def version(hosts: Trial, host: str) -> str:
    """The version that is installed there, and in which state."""
    return hosts.on(host, "dpkg-query --show --showformat '${Version} ${Status}' probe")
