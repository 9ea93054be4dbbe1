"""Events of gateway accounts: one ails for longer than a moment, and is well again."""

from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from khata.core.event import Event


@dataclass(frozen=True, slots=True)
class GatewayAccountAiling(Event):
    """Nothing is collected by a gateway account: its credentials are refused, or nobody answers."""

    type: ClassVar[str] = "gateway_account.ailing"
    gateway_account_id: UUID
    gateway: str
    name: str
    trouble: str


@dataclass(frozen=True, slots=True)
class GatewayAccountWell(Event):
    """A gateway account that was ailing is well again; what waited for it is collected."""

    type: ClassVar[str] = "gateway_account.well"
    gateway_account_id: UUID
    gateway: str
    name: str


GATEWAY_EVENTS: Final[tuple[type[Event], ...]] = (GatewayAccountAiling, GatewayAccountWell)
