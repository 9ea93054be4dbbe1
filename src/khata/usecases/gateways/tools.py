"""The tools of gateway accounts: who can be spoken with, and where secrets are kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from khata.db.transaction import Database
from khata.ports.gateways import Gateways
from khata.ports.vault import Vault


@dataclass(frozen=True, slots=True)
class GatewayTools:
    """`stand_ins` are the beginnings of addresses that may take a vendor's place."""

    db: Database
    gateways: Gateways
    vault: Vault
    stand_ins: Sequence[str] = ()
