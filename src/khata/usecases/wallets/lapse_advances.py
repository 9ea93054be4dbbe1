"""Let advances lapse whose time is over, inside the transaction that ends their credits."""

from collections.abc import Sequence
from datetime import date, datetime

from khata.core.advance import take_up
from khata.core.ids import new_id
from khata.core.ledger.booking_advances import advance_lapsed
from khata.core.wallet import Grant
from khata.db.transaction import UnitOfWork


def lapse_advances(uow: UnitOfWork, over: Sequence[Grant], *, on: date, at: datetime) -> None:
    """Take what is left of the advances in these credits: nobody will invoice it or give it back.

    The tax was due when the money came, and nothing gives it back; it lowers what is earned.
    """
    ended = [grant for grant in over if grant.advance]
    if not ended:
        return
    open = uow.advances.open_of([grant.id for grant in ended])
    for grant in ended:
        parts, _ = take_up(open.get(grant.id, []), grant.remaining)
        if not parts:
            continue
        lapse = new_id(at)
        uow.advances.use([(part, lapse) for part in parts], cause="lapsed", on=on, at=at)
        entry = advance_lapsed(
            id=new_id(at),
            use_id=lapse,
            on=on,
            currency=parts[0].currency,
            taxes=[row for part in parts for row in part.taxes],
        )
        uow.books.post([] if entry is None else [entry], at)
