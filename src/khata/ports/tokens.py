"""The wish for a gateway that deletes what it saved of a payer when it is asked to."""

from typing import Protocol, cast

from khata.ports.gateway import Gateway


class ForgetsMethods(Protocol):
    """What a gateway can do whose capabilities say `forgets`. Raises as Gateway's calls do."""

    def forget_method(self, token: str, *, holder: str | None) -> None:
        """Delete a saved way to pay, and end the mandate that it stands for, if it does.

        Safe to repeat: one that the gateway does not know (any more) is deleted.
        """
        ...


def tokens_of(gateway: Gateway) -> ForgetsMethods | None:
    """Return the gateway as one that forgets; None: it says that it keeps nothing to forget."""
    return cast(ForgetsMethods, gateway) if gateway.capabilities.forgets else None
