"""Allow an address of a gateway: the vendor's own, or one of the operator's stand-ins."""

from urllib.parse import urlsplit

from khata.core.refusal import Refusal
from khata.ports.gateway_vendor import GatewayVendor
from khata.usecases.gateways.tools import GatewayTools


class BaseUrlNotAllowed(Refusal):
    """Money goes to the vendor's own address; another one is the operator's to allow."""


def allow_base_url(base_url: str | None, vendor: GatewayVendor, tools: GatewayTools) -> str | None:
    """Return the address without a slash at its end; None: the vendor's own.

    Raises: BaseUrlNotAllowed.
    """
    if base_url is None:
        return None
    given = base_url.rstrip("/")
    if given in vendor.addresses:
        return given
    if not any(lies_under(given, allowed) for allowed in tools.stand_ins):
        raise BaseUrlNotAllowed(
            f"{given[:80]} is not an address that this installation lets stand in for a gateway; "
            "its operator allows some with KHATA_GATEWAY_STAND_INS",
            param="base_url",
        )
    return given


def lies_under(url: str, allowed: str) -> bool:
    """Say whether an address is of an allowed host: any port and path of it, unless it names some.

    Names and passwords before the host are refused: what stands there is not where it leads.
    """
    given, wanted = urlsplit(url), urlsplit(allowed)
    try:
        port = given.port
    except ValueError:
        return False
    if given.username is not None or given.password is not None or not given.hostname:
        return False
    if (given.scheme, given.hostname) != (wanted.scheme, wanted.hostname):
        return False
    if wanted.port is not None and port != wanted.port:
        return False
    return f"{given.path}/".startswith(f"{wanted.path.rstrip('/')}/")
