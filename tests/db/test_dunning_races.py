"""Dunning while others are at work: a new card in the middle of a try, and one card for many."""

from datetime import datetime, timedelta

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.payment import Answer
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.ports.gateway import ChargeRequest
from khata.usecases.payments.collect_due_payments import (
    CollectDuePayments,
    collect_due_payments,
)
from tests.db.crowd import at_once
from tests.db.shop import NOON, TOTAL, Shop, Subscriber, noon


class Meanwhile(FakeGateway):
    """While the second call is made, the customer puts another card on file."""

    who: Subscriber | None = None
    is_before = True  # the card comes before the bank has answered, or after
    calls = 0

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        self.calls += 1
        comes = self.calls == 2 and self.who is not None
        if comes and self.is_before:
            self._comes(at)
        answer = super().charge(request, at=at)
        if comes and not self.is_before:
            self._comes(at)
        return answer

    def _comes(self, at: datetime) -> None:
        assert self.who is not None
        self.who.shop.adds_method(self.who.customer_id, "tok_ok", at=at)


@pytest.mark.parametrize("is_before", [True, False])
def test_a_card_that_comes_while_a_retry_is_sent_is_tried_as_that_fails(
    db: Database, urls: Urls, is_before: bool
) -> None:
    gateway = Meanwhile(urls.app)
    gateway.is_before = is_before
    shop = Shop(db, gateway)
    asha = shop.subscriber("tok_declined")
    gateway.who = asha
    shop.wait_until(noon(3, 1))
    assert [one.status.value for one in asha.attempts] == ["failed", "failed", "succeeded"]
    assert {one.created_at for one in asha.attempts[1:]} == {noon(3, 1)}  # at once
    assert asha.captures(noon(3, 1)) == 1
    assert (asha.invoice.amount_paid, asha.subscription.status) == (TOTAL, "active")
    with shop.db.transaction(shop.tenant) as uow:
        campaign = uow.dunning.campaign(asha.invoice_id)
    assert campaign is not None
    assert (campaign.recovered_by, campaign.recovered_amount) == ("new_method", TOTAL)
    gateway.close()


def test_several_collectors_keep_one_card_within_its_caps(db: Database, urls: Urls) -> None:
    """Eleven invoices of one card that is declined, and four who collect them at once."""
    gateway = FakeGateway(urls.app)
    shop = Shop(db, gateway)
    asha = shop.subscriber("tok_declined")
    for month in range(3, 13):
        asha.is_billed_again(noon(month, 28) + timedelta(days=3))
    with shop.db.transaction(shop.tenant) as uow:
        uow.connection.execute("update payments set next_attempt_at = %s", [NOON])

    def collect() -> int:
        return collect_due_payments(
            CollectDuePayments(shop.tenant, NOON), db=shop.db, gateways=shop.gateways
        )

    for _ in range(3):
        at_once([collect] * 4)
    assert shop.count("attempts") <= 10  # in 24 hours, whoever tries
    assert shop.parked() == []
    gateway.close()
