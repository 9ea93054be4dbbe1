"""The wish for all gateways at once: which of them serves an account."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from khata.core.gateway_account import GatewayAccount
from khata.ports.gateway import Capabilities, Gateway
from khata.ports.gateway_vendor import GatewayVendor


class Gateways(Protocol):
    """Every gateway that khata can speak with."""

    def names(self) -> Iterable[str]:
        """Return their names, in order."""
        ...

    def vendor(self, name: str) -> GatewayVendor | None:
        """Return the vendor whose accounts have credentials; None: there is none of this name."""
        ...

    def of(self, name: str, account: GatewayAccount | None) -> Gateway | None:
        """Return the gateway as an account sees it; without one, a gateway that needs none.

        None: there is no such gateway, or what was sealed of the account does not open.
        """
        ...

    def capabilities(self) -> Iterable[Capabilities]:
        """Return what each can do."""
        ...


@dataclass(frozen=True)
class WithoutAccounts:
    """Gateways that need no account, by name: the fake one, and what tests put in its place."""

    by_name: Mapping[str, Gateway]

    def names(self) -> Iterable[str]:
        return sorted(self.by_name)

    def vendor(self, name: str) -> GatewayVendor | None:
        return None

    def of(self, name: str, account: GatewayAccount | None) -> Gateway | None:
        return self.by_name.get(name) if account is None else None

    def capabilities(self) -> Iterable[Capabilities]:
        return [gateway.capabilities for gateway in self.by_name.values()]
