"""Which service customers talk to, as far as a Compose file shows it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from environments.compose import images
from environments.compose.service import ComposeService

_WORDS = re.compile(
    r"(?:^|[-_.])(?:proxy|gateway|nginx|caddy|traefik|envoy|haproxy|edge|router|ingress|lb)(?:$|[-_.\d])"
)
_FRONT = re.compile(
    r"(?:^|[-_.])(?:web|frontend|front|ui|app|www|site|server|webserver|storefront|shop)(?:$|[-_.\d])"
)
_FIRST = {80: 4, 443: 3, 8080: 2, 8000: 2, 3000: 2, 5000: 2, 8443: 1, 4000: 1, 9000: 1}


@dataclass(frozen=True, kw_only=True)
class Guess:
    """The service, and why it is that one. `sure`: no other was as likely."""

    service: str
    why: str
    sure: bool


def guessed(services: Mapping[str, ComposeService], ports: Mapping[str, int | None]) -> Guess:
    """Whose ports are published, that is a proxy or has a port of the web, and that no other waits for.

    `ports`: the port of each service. What keeps or watches (databases, brokers, dashboards) comes last.
    """
    points = {name: _points(service, services, ports) for name, service in services.items()}
    best = max(points.values())
    likely = [name for name, each in points.items() if each == best]
    near = [name for name, each in points.items() if each >= best - 2 and services[name].ports]
    service = services[likely[0]]
    sure = len({*likely, *near}) == 1 and bool(service.ports)
    return Guess(service=service.name, why=_why(service), sure=sure)


def _why(service: ComposeService) -> str:
    numbers = dict.fromkeys(port.published for port in service.ports if port.published.isdigit())
    if numbers:
        return f"it publishes {', '.join(numbers)}"
    return "its port is published" if service.ports else "no service publishes a port that people would use"


def _points(
    service: ComposeService, services: Mapping[str, ComposeService], ports: Mapping[str, int | None]
) -> int:
    name = service.name.lower()
    web = [port for port in service.ports if port.protocol == "tcp"]
    numbers = [port.target for port in web] + [
        int(port.published) for port in web if port.published.isdigit()
    ]
    points = 10 if web else -5
    points += 2 * max((_FIRST.get(number, 0) for number in numbers), default=0)
    points += 4 if _WORDS.search(name) or images.is_proxy(service.image) else 2 if _FRONT.search(name) else 0
    points -= 12 if images.is_behind(service.image) else 0
    points -= 4 if ports.get(service.name) is None else 0
    # Whom a service that is published itself waits for is behind it.
    points -= 6 if any(service.name in each.needs and each.ports for each in services.values()) else 0
    return points
