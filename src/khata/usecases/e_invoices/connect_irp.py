"""Connect a registration to a portal: from a day on its documents are registered there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from khata.core.e_invoice.connection import LIVE, SANDBOX, IrpConnection
from khata.core.e_invoice.dated import ExemptClass
from khata.core.ids import public_id
from khata.core.refusal import NotFound, Refusal
from khata.db.stores.irp_connections import IrpConnections
from khata.ports.vault import Place
from khata.usecases.gateways.allow_base_url import BaseUrlNotAllowed, lies_under
from khata.usecases.gateways.tools import GatewayTools

_MODES: Final = {True: LIVE, False: SANDBOX}


class RegistrationWithoutGstin(Refusal):
    """Only who has a GSTIN registers invoices at a portal."""


@dataclass(frozen=True, slots=True)
class ConnectIrp:
    """`credentials`: client_id, client_secret, user_name, password of a user of this GSTIN."""

    tenant: UUID
    registration: UUID
    at: datetime
    base_url: str
    credentials: Mapping[str, str]
    portal_key: str
    signing_keys: Sequence[str]
    voluntary: bool
    exempt_as: ExemptClass | None
    valid_from: date


def connect_irp(command: ConnectIrp, *, tools: GatewayTools) -> None:
    """Keep the connection, its credentials sealed, and send what has waited for one.

    Raises: NotFound, RegistrationWithoutGstin, BaseUrlNotAllowed.
    """
    with tools.db.transaction(command.tenant) as uow:
        livemode = uow.tenants.get().livemode
        registration = uow.sellers.get(command.registration)
        if registration is None:
            raise NotFound("registration", public_id("reg", command.registration))
        if registration.gstin is None:
            raise RegistrationWithoutGstin(
                f"{registration.legal_name} sells without a GSTIN there; e-invoices are for those "
                "registered for GST (CGST Rule 48(4))"
            )
        told = {**command.credentials, "gstin": registration.gstin}
        place = Place("irp_connections", "credentials", command.registration)
        connection = IrpConnection(
            registration_id=command.registration,
            base_url=_allowed(command.base_url, livemode, tools),
            credentials=tools.vault.seal(json.dumps(told), place),
            portal_key=command.portal_key,
            signing_keys=tuple(command.signing_keys),
            voluntary=command.voluntary,
            exempt_as=command.exempt_as,
            valid_from=command.valid_from,
            version=1,
            trouble=None,
            created_at=command.at,
        )
        IrpConnections(uow.connection).keep(connection)
        uow.e_invoices.wake(command.registration, command.at)


def _allowed(base_url: str, livemode: bool, tools: GatewayTools) -> str:
    """Return the address of a portal of this mode, or of a provider that the operator allows."""
    given = base_url.rstrip("/")
    if given in _MODES[livemode] or any(lies_under(given, one) for one in tools.stand_ins):
        return given
    raise BaseUrlNotAllowed(
        f"{given[:80]} is not an address of the {'live' if livemode else 'sandbox'} portal; the "
        "operator of this installation allows providers with KHATA_GATEWAY_STAND_INS",
        param="base_url",
    )
