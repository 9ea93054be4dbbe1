"""Providers of sales tax, each opened with what its tenant has sealed."""

import json
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Final
from uuid import UUID

import structlog

from khata.adapters.tax_providers.stripe_tax import StripeTax
from khata.adapters.tax_providers.taxjar import TaxJar
from khata.core.tax.quotes import TaxProviderName
from khata.ports.tax_provider import TaxProvider
from khata.ports.tax_providers import ChosenProvider
from khata.ports.vault import Place, SealBroken, Vault

__all__ = ["TaxProviderDesk"]

_log = structlog.get_logger(__name__)

MOST_KEPT: Final = 500  # accounts whose connections stay open

_OPEN: Final[Mapping[TaxProviderName, Callable[..., StripeTax | TaxJar]]] = {
    TaxProviderName.STRIPE_TAX: StripeTax,
    TaxProviderName.TAXJAR: TaxJar,
}


class TaxProviderDesk:
    """Satisfies `khata.ports.tax_providers.TaxProviders`: one client for a version."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._lock = Lock()
        self._open: dict[tuple[UUID, int], StripeTax | TaxJar] = {}

    def of(self, chosen: ChosenProvider) -> TaxProvider | None:
        key = (chosen.tenant, chosen.version)
        with self._lock:
            if key not in self._open:
                place = Place("tax_providers", "credentials", chosen.tenant)
                try:
                    secret = json.loads(self._vault.open(chosen.credentials, place))["api_key"]
                except SealBroken:
                    _log.error("tax_provider_does_not_open")
                    return None
                if len(self._open) >= MOST_KEPT:
                    self._open.pop(next(iter(self._open))).close()
                self._open[key] = _OPEN[chosen.provider](secret, base_url=chosen.base_url)
            return self._open[key]

    def close(self) -> None:
        with self._lock:
            for one in self._open.values():
                one.close()
            self._open.clear()
