"""Whom the engine calls: the broker, and the way out that webhooks take."""

import socket
import ssl
from collections.abc import Iterator
from typing import Final

from khata.adapters.broker.address import shown
from khata.adapters.broker.sight import BrokerAway, BrokerSight, Release
from khata.cli.doctor.finding import Finding
from khata.core.queues import DEAD
from khata.settings import Settings

OLDEST_RABBITMQ: Final = (3, 10)  # quorum queues with a delivery limit that dead-letters
OLDEST_REDIS: Final = (6, 0)
NOBODY: Final = "khata.invalid"  # no such name can ever be. Source: RFC 6761, 6.4


def broker(settings: Settings) -> Iterator[Finding]:
    """Greet the broker, ask for its release, and count what it has given up; nothing is sent."""
    url = settings.broker_url
    if url is None:
        yield Finding("broker", "no KHATA_BROKER_URL: `khata up` does all in one process")
        return
    sight = BrokerSight(url)
    try:
        yield _release(sight.release(), shown(url))
        dead = sight.lengths([DEAD])[DEAD]
    except BrokerAway as away:
        yield Finding("broker", str(away), "check KHATA_BROKER_URL, and that the broker is up")
        return
    if dead:
        yield Finding(
            "dead letters",
            f"{dead} in the queue {DEAD}: their workers died again and again",
            "look at the parked work and the workers' log, then purge the queue: what is due is "
            "rung for anew",
        )


def _release(found: Release, where: str) -> Finding:
    seen = f"{found.product} {found.version} at {where}".replace("  ", " ")
    if found.product == "RabbitMQ" and found.number < OLDEST_RABBITMQ:
        return Finding(
            "broker", f"{seen} has no quorum queues as we need them", "upgrade it to 3.10 or newer"
        )
    if found.product == "Redis" and found.number < OLDEST_REDIS:
        return Finding("broker", f"{seen} is too old", "upgrade it to 6 or newer")
    if found.evicts:
        return Finding(
            "broker",
            f"{seen} may throw messages away when its memory is full",
            "set its maxmemory-policy to noeviction",
        )
    return Finding("broker", seen)


def way_out() -> Finding:
    """Look for what a webhook needs to leave: a resolver of names, and certificates to trust."""
    if not ssl.create_default_context().cert_store_stats()["x509_ca"]:
        return Finding(
            "way out",
            "no certificate authority is known here: no webhook can be delivered over https",
            "install the package ca-certificates, or set SSL_CERT_FILE",
        )
    try:
        socket.getaddrinfo(NOBODY, 443)
    except socket.gaierror as answer:
        if answer.errno == socket.EAI_AGAIN:
            # Well all the same: an installation without a way out is a choice.
            return Finding("way out", "no resolver of names answers: webhooks go to addresses only")
    except OSError as failure:
        return Finding("way out", f"names cannot be looked up: {failure.strerror}")
    return Finding("way out", "names are looked up, and certificates are checked")
