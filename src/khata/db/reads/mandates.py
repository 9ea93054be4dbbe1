"""Lists of mandates, each with its moves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from khata.core.mandate import Mandate
from khata.db.reads.lists import Filter, Listing
from khata.db.stores.mandates import MANDATE_FIELDS, mandate_of


@dataclass(frozen=True, slots=True)
class MandateMoveView:
    """One change of a mandate; `moved_at` is when it was told."""

    from_status: str | None
    to_status: str
    told_by: str
    cause: str
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class MandateLinkView:
    """Where the payer agrees, until when."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class MandateView:
    mandate: Mandate
    moves: tuple[MandateMoveView, ...]
    link: MandateLinkView | None


def _mandate(row: dict[str, Any]) -> MandateView:
    moves = tuple(
        MandateMoveView(**{**move, "moved_at": datetime.fromisoformat(move["moved_at"])})
        for move in row["moves"]
    )
    link = row["link"]
    opens = MandateLinkView(link["token"], datetime.fromisoformat(link["until"])) if link else None
    return MandateView(mandate_of(row), moves, opens)


MANDATES: Listing[MandateView] = Listing(
    source="mandates d",
    fields=MANDATE_FIELDS
    + """,
        (select coalesce(jsonb_agg(jsonb_build_object(
                    'from_status', m.from_status, 'to_status', m.to_status,
                    'told_by', m.told_by, 'cause', m.cause, 'moved_at', m.at)
                  order by m.id), '[]')
           from mandate_moves m where m.mandate_id = d.id) as moves,
        (select jsonb_build_object('token', l.token, 'until', l.expires_at)
           from setup_links l
          where l.mandate_id = d.id and l.canceled_at is null and l.payment_method_id is null
          order by l.id desc limit 1) as link""",
    of=_mandate,
    prefix="mdt",
    what="mandate",
    filters={
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer"),
        "status": Filter("status = %s"),
    },
)
