"""Refunds beside disputes: what the payer's bank has taken is not given back a second time."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from khata.core.credit_note import Settle
from khata.core.dispute import DisputeStatus, PaymentDisputed, SeenDispute
from khata.core.ids import new_id
from khata.core.payment import Refund, RefundStatus, SaidBy
from khata.db.embedded.provision import Urls
from khata.db.stores.refunds import Refunds
from khata.db.transaction import Database
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.disputes.record_dispute import RecordDispute, record_dispute
from khata.usecases.tenants.release_all_parked import ReleaseAllParked, release_all_parked
from tests.db.payouts import GROSS, PaidShop, opened
from tests.db.shop import NOON, Subscriber

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def paying(db: Database, urls: Urls) -> Iterator[PaidShop]:
    shop = opened(db, urls.app)
    yield shop
    shop.gateway.close()


def disputed(paying: PaidShop, asha: Subscriber, status: DisputeStatus, taken: int) -> None:
    """The gateway tells how the dispute about the customer's payment stands."""
    seen = SeenDispute(
        "du_1", paying.reference(asha), GROSS, "INR", status, "fraudulent", NOON, taken=taken
    )
    told = RecordDispute(paying.shop.tenant, paying.account, seen, NOON, SaidBy.WEBHOOK)
    record_dispute(told, db=paying.shop.db)


def surplus(paying: PaidShop, asha: Subscriber) -> None:
    """A refund that is written down, as of money that nobody owed, and not sent yet."""
    attempt = asha.attempts[0]
    refund = Refund(
        new_id(NOON),
        attempt.id,
        attempt.invoice_id,
        attempt.gateway,
        GROSS,
        "INR",
        "nothing_owed",
        1,
        RefundStatus.SENDING,
        None,
        NOON,
        0,
        NOON,
        None,
    )
    with paying.shop.db.transaction(paying.shop.tenant) as uow:
        Refunds(uow.connection).add(refund)


def test_money_that_nobody_owed_is_not_sent_back_beside_a_dispute(paying: PaidShop) -> None:
    """1,180.00 were too much, and the payer's bank has taken them before they were sent back."""
    asha = paying.subscriber()
    surplus(paying, asha)
    disputed(paying, asha, DisputeStatus.NEEDS_RESPONSE, GROSS)
    paying.shop.works(NOON + HOUR)
    assert asha.refunds() == [("sending", GROSS)]
    assert paying.waiting() == [("refund", "payment_disputed")]
    assert paying.gateway.book.refunded(str(paying.shop.tenant), asha.attempts[0].id) == 0

    disputed(paying, asha, DisputeStatus.WON, 0)
    release_all_parked(ReleaseAllParked(paying.shop.tenant, NOON + DAY), db=paying.shop.db)
    paying.shop.works(NOON + DAY)
    assert asha.refunds() == [("succeeded", GROSS)]
    assert paying.waiting() == []


def test_a_credit_note_gives_nothing_back_beside_a_dispute(paying: PaidShop) -> None:
    asha = paying.subscriber()
    disputed(paying, asha, DisputeStatus.NEEDS_RESPONSE, GROSS)

    def credited(settle: Settle) -> None:
        command = CreditInvoice(
            paying.shop.tenant, new_id(NOON), NOON, asha.invoice_id, "Down", None, settle
        )
        credit_invoice(command, db=paying.shop.db)

    with pytest.raises(PaymentDisputed):
        credited(Settle.REFUND)
    assert (asha.refunds(), paying.shop.count("credit_notes")) == ([], 0)
    credited(Settle.NONE)
    assert (asha.refunds(), paying.shop.count("credit_notes")) == ([], 1)
