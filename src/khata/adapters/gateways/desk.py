"""The desk: opens the gateway of an account with what the vault unseals, and keeps it open."""

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from threading import Lock
from uuid import UUID

import structlog

from khata.adapters.gateways.watched import WatchedGateway
from khata.core.gateway_account import GatewayAccount
from khata.ports.gateway import Capabilities, Gateway
from khata.ports.gateway_vendor import GatewayVendor
from khata.ports.vault import Place, SealBroken, Vault

_log = structlog.get_logger(__name__)

MOST_KEPT = 1_000  # accounts whose gateways stay open


class GatewayDesk:
    """Satisfies `khata.ports.gateways.Gateways`. One open gateway for a version of an account."""

    def __init__(
        self,
        vault: Vault,
        vendors: Iterable[GatewayVendor],
        without_account: Mapping[str, Gateway],
    ) -> None:
        self._vault = vault
        self._vendors = {vendor.name: vendor for vendor in vendors}
        self._without = dict(without_account)
        self._lock = Lock()
        self._open: OrderedDict[tuple[UUID, int], Gateway] = OrderedDict()

    def names(self) -> Iterable[str]:
        return sorted({*self._vendors, *self._without})

    def vendor(self, name: str) -> GatewayVendor | None:
        return self._vendors.get(name)

    def of(self, name: str, account: GatewayAccount | None) -> Gateway | None:
        if account is None:
            return self._without.get(name)
        key = (account.id, account.version)
        with self._lock:
            found = self._open.get(key)
            if found is not None:
                self._open.move_to_end(key)
                return found
        opened = self._opened(account)
        if opened is not None:
            with self._lock:
                opened = self._open.setdefault(key, opened)
                while len(self._open) > MOST_KEPT:
                    self._open.popitem(last=False)
        return opened

    def capabilities(self) -> Iterable[Capabilities]:
        yield from (gateway.capabilities for gateway in self._without.values())
        yield from (vendor.capabilities for vendor in self._vendors.values())

    def _opened(self, account: GatewayAccount) -> Gateway | None:
        vendor = self._vendors.get(account.gateway)
        if vendor is None:
            return None
        place = Place("gateway_accounts", "credentials", account.id)
        try:
            credentials = json.loads(self._vault.open(account.credentials, place))
        except SealBroken:
            _log.error("gateway_account_does_not_open", account=str(account.id))
            return None
        opened = vendor.open(credentials, base_url=account.base_url)
        return WatchedGateway(account.gateway, opened)
