"""Who may see the figures, and how they are written."""

import hmac

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from khata.core.networks import is_loopback
from khata.watch.figures import REGISTRY
from khata.worker.standing_figures import StandingFigures

CONTENT_TYPE = CONTENT_TYPE_LATEST


def may_see_figures(address: str | None, authorization: str, *, token: str | None) -> bool:
    """Say whether a caller may: the machine itself, and who sends the token as a Bearer."""
    scheme, _, given = authorization.partition(" ")
    if token is not None and scheme.lower() == "bearer":
        return hmac.compare_digest(given.strip().encode(), token.encode())
    return address is not None and is_loopback(address)


def figures_text(standing: StandingFigures | None) -> bytes:
    """Return what this process has counted and, with `standing`, what the database knows."""
    counted = generate_latest(REGISTRY)
    return counted if standing is None else counted + generate_latest(standing.registry)
