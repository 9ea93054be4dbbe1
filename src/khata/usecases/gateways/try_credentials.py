"""Try credentials at their gateway before they are kept."""

from collections.abc import Mapping

from khata.core.refusal import Refusal
from khata.ports.gateway import AnswerLost, NotReached
from khata.ports.gateway_vendor import AccountFacts, BadCredentials, GatewayVendor


class WrongMode(Refusal):
    """Live credentials in test mode, or test credentials in live mode: money and play are apart."""


class GatewayNotReached(Refusal):
    """The gateway could not be asked about the credentials, so they are not kept."""


def try_credentials(
    vendor: GatewayVendor,
    credentials: Mapping[str, str],
    *,
    base_url: str | None,
    livemode: bool,
) -> AccountFacts:
    """Return who the account is, as its gateway says.

    Raises: BadCredentials, WrongMode, GatewayNotReached.
    """
    known = [field.name for field in vendor.fields]
    for name in credentials:
        if name not in known:
            raise BadCredentials(
                f"{vendor.name} has no credential named {name[:40]!r}; it has {', '.join(known)}",
                param=f"credentials.{name[:40]}",
            )
    try:
        facts = vendor.check(credentials, base_url=base_url)
    except BadCredentials as refused:
        param = ".".join(["credentials", *([refused.param] if refused.param else [])])
        raise BadCredentials(str(refused), param=param) from None
    except (NotReached, AnswerLost) as fault:
        raise GatewayNotReached(
            f"{vendor.name} does not answer now, so the credentials could not be tried; "
            "nothing was kept",
            param="credentials",
        ) from fault
    if facts.livemode != livemode:
        theirs, ours = ("live", "test") if facts.livemode else ("test", "live")
        raise WrongMode(
            f"These are {theirs} credentials, and this is {ours} mode; use those of {ours} mode",
            param="credentials",
        )
    return facts
