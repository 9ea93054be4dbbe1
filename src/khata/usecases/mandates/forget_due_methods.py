"""Let gateways forget: ways to pay that ended here are deleted there, tried until it is done."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog

from khata.db.retrying import retrying
from khata.db.stores.forgettings import Forgetting, Forgettings
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateway import AnswerLost, Gateway, NotReached
from khata.ports.gateways import Gateways
from khata.ports.tokens import tokens_of

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ForgetDueMethods:
    tenant: UUID
    at: datetime
    limit: int = 50


def forget_due_methods(command: ForgetDueMethods, *, db: Database, gateways: Gateways) -> int:
    """Ask each gateway to delete what is due, and return how many were asked about.

    A try is counted before it is made. Asked twice, a gateway that does not know it any more has
    done it. Without an answer it is asked again, after a minute at first and daily in the end.
    """
    tenant, at = command.tenant, command.at

    def take(uow: UnitOfWork) -> list[tuple[Forgetting, Gateway | None]]:
        due = Forgettings(uow.connection).take_due(at, limit=command.limit)
        return [(one, _gateway_of(uow, one, gateways)) for one in due]

    taken = retrying(db, tenant, take)
    for one, gateway in taken:
        if gateway is not None and _is_forgotten(one, gateway):
            retrying(db, tenant, partial(_done, id=one.payment_method_id, at=at))
    return len(taken)


def _gateway_of(uow: UnitOfWork, one: Forgetting, gateways: Gateways) -> Gateway | None:
    account = uow.gateway_accounts.get(one.account_id)
    return gateways.of(one.gateway, account) if account is not None else None


def _is_forgotten(one: Forgetting, gateway: Gateway) -> bool:
    tokens = tokens_of(gateway)
    if tokens is None:
        return True  # it keeps nothing that could be deleted
    try:
        tokens.forget_method(one.token, holder=one.holder)
    except (NotReached, AnswerLost) as fault:
        _log.info("not_forgotten_yet", method=str(one.payment_method_id), fault=str(fault))
        return False
    except Exception:
        _log.exception("forgetting_broke", method=str(one.payment_method_id))
        return False
    return True


def _done(uow: UnitOfWork, *, id: UUID, at: datetime) -> None:
    Forgettings(uow.connection).done(id, at)
