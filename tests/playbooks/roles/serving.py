"""Containers that listen at port 80, on hosts that no registry serves: scripts for a host's shell."""

from __future__ import annotations

DOCKER = "apt-get install -yq --no-install-recommends docker.io docker-cli iptables >/dev/null"
# A program of the host, with what it needs of it.
IMAGE = """
mkdir -p /tmp/image && cd /tmp/image
for file in /bin/sh /usr/bin/perl $(ldd /bin/sh /usr/bin/perl | grep -o '/[^ ]*[0-9]'); do
    mkdir -p ".$(dirname "$file")" && cp -L "$file" ".$file"
done
mkdir -p usr/lib/$(uname -m)-linux-gnu && cp -rL /usr/lib/$(uname -m)-linux-gnu/perl-base usr/lib/*/
tar -c . | docker import - server >/dev/null
"""
LISTENER = (
    "use IO::Socket::INET; my $s = IO::Socket::INET->new(Listen => 5, LocalPort => 80); 1 while $s->accept"
)
HEALTH = "/usr/bin/perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new(PeerAddr => q(127.0.0.1:80))'"
