"""Gateways in the tenant's time: a pretend one's clock comes to the moment of each call first."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, cast

from khata.cli.demo.pretend import PretendGateways
from khata.core.gateway_account import GatewayAccount
from khata.ports.gateway import Capabilities, Gateway
from khata.ports.gateway_vendor import GatewayVendor
from khata.ports.gateways import Gateways


class PacedGateways:
    """Satisfies `khata.ports.gateways.Gateways`, by those that the engine has."""

    def __init__(self, gateways: Gateways, pretend: PretendGateways) -> None:
        self._gateways = gateways
        self._pretend = pretend

    def names(self) -> Iterable[str]:
        return self._gateways.names()

    def vendor(self, name: str) -> GatewayVendor | None:
        return self._gateways.vendor(name)

    def of(self, name: str, account: GatewayAccount | None) -> Gateway | None:
        gateway = self._gateways.of(name, account)
        if gateway is None or account is None:
            return gateway
        return cast(Gateway, _Paced(gateway, self._pretend.advance))

    def capabilities(self) -> Iterable[Capabilities]:
        return self._gateways.capabilities()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateways, name)


class _Paced:
    """Passes everything on; a call that bears the tenant's time moves the clocks there first."""

    def __init__(self, gateway: Gateway, advance: Callable[[datetime], None]) -> None:
        self._gateway = gateway
        self._advance = advance

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._gateway, name)
        if not callable(found):
            return found

        def call(*args: Any, **named: Any) -> Any:
            if isinstance(named.get("at"), datetime):
                self._advance(named["at"])
            return found(*args, **named)

        return call
