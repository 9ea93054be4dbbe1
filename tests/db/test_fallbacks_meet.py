"""Fallback beside caps of networks, mandates and dunning: what may not be tried is no way out."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from khata.core.gateway_health import Trouble
from khata.core.ids import new_id
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.usecases.gateways.note_call import NoteCall, note_call
from tests.db.accounts import Accounts, Fated
from tests.db.shop import NOON, Shop, Subscriber

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def gateways(urls: Urls) -> Iterator[list[Fated]]:
    made = [Fated(urls.app) for _ in range(3)]
    yield made
    for one in made:
        one.close()


@pytest.fixture
def shop(db: Database, gateways: list[Fated]) -> Shop:
    shop = Shop(db, gateways[0])
    shop.decides(fallback_methods="same_customer")
    return shop


@pytest.fixture
def accounts(shop: Shop) -> Accounts:
    return Accounts(shop)


def ails(accounts: Accounts, account: UUID) -> None:
    """The account's credentials are refused: nobody calls it for a minute."""
    with accounts.shop.db.transaction(accounts.shop.tenant) as uow:
        seen = uow.gateway_accounts.get(account)
    call = NoteCall(accounts.shop.tenant, seen, Trouble.REFUSED, NOON)
    note_call(call, db=accounts.shop.db)


def declined_as(asha: Subscriber, decline_class: str, code: str) -> None:
    """An earlier try by the second method of the customer was declined so."""
    with asha.shop.db.transaction(asha.shop.tenant) as uow:
        uow.connection.execute(
            """insert into attempts (id, payment_id, invoice_id, payment_method_id, gateway, token,
                 amount, currency, number, cause, status, decline_class, decline_code, fee,
                 maybe_sent, asks, created_at, finished_at, method_kind)
               select %(id)s, p.id, p.invoice_id, m.id, 'paper', 'tok_ok', 1, 'INR', 99, 'schedule',
                 'failed', %(class)s, %(code)s, 0, true, 0, %(at)s, %(at)s, 'card'
                 from payments p, payment_methods m
                where p.customer_id = %(customer)s and m.customer_id = %(customer)s
                  and not m.is_default""",
            {
                "id": new_id(NOON - 9 * DAY),
                "class": decline_class,
                "code": code,
                "at": NOON - 9 * DAY,
                "customer": asha.customer_id,
            },
        )


def test_a_card_that_was_reported_lost_is_not_fallen_back_on(
    shop: Shop, accounts: Accounts, gateways: list[Fated]
) -> None:
    """The payer's account ails for a minute; that another card is lost must end nothing."""
    first, second = (accounts.opens(one, f"Paper {n}") for n, one in enumerate(gateways[:2]))
    asha = accounts.subscriber(first, second)
    declined_as(asha, "hard", "lost_card")
    ails(accounts, first)
    shop.works(NOON)
    assert (asha.payment.status, asha.payment.decline_count) == ("scheduled", 0)
    assert asha.subscription.status == "active"
    assert shop.told("payment.given_up") == shop.told("payment.failed") == []
    assert gateways[1].calls == 0
    shop.works(NOON + 2 * MINUTE)  # it lets one call look, and is well
    assert (asha.captures(NOON + DAY), asha.invoice.status) == (1, "paid")


def test_another_card_that_is_refused_for_good_does_not_end_the_payers_own(
    shop: Shop, accounts: Accounts, gateways: list[Fated]
) -> None:
    """It is a decline, and the payer's own card is tried by the schedule: nothing is given up."""
    gateways[1].fate = "hard"
    first, second = (accounts.opens(one, f"Paper {n}") for n, one in enumerate(gateways[:2]))
    asha = accounts.subscriber(first, second)
    ails(accounts, first)
    shop.works(NOON)
    assert [one.decline_code for one in asha.attempts] == ["lost_card"]
    assert asha.payment.status == "scheduled"
    assert asha.payment.next_attempt_at == NOON + DAY
    assert asha.subscription.status == "past_due"
    shop.works(NOON + DAY)
    assert (asha.captures(NOON + DAY), asha.invoice.status) == (1, "paid")
    assert asha.subscription.status == "active"
    assert gateways[1].calls == 1


@pytest.mark.parametrize("hindrance", ["opted_out", "above_the_silent_limit"])
def test_a_mandate_that_needs_its_payer_is_not_fallen_back_on(
    shop: Shop, accounts: Accounts, gateways: list[Fated], hindrance: str
) -> None:
    """UPI that was called off for this month, or agreed to for less, is left out of it."""
    first = accounts.opens(gateways[0], "Paper")
    asha = accounts.subscriber(first)
    shop.adds_method(asha.customer_id, _token(hindrance), at=NOON, default=False)
    if hindrance == "opted_out":
        with shop.db.transaction(shop.tenant) as uow:
            uow.connection.execute(
                "insert into mandate_opt_outs (id, mandate_id, cycle_on, told_by, created_at)"
                " select %s, id, start_on, 'customer', %s from mandates",
                [new_id(NOON), NOON],
            )
    ails(accounts, first)
    shop.works(NOON)
    assert (asha.payment.status, asha.payment.decline_count) == ("scheduled", 0)
    assert (asha.subscription.status, asha.attempts) == ("active", [])
    shop.works(NOON + 2 * MINUTE)
    assert (asha.captures(NOON + DAY), asha.invoice.status) == (1, "paid")


def _token(hindrance: str) -> str:
    return "tok_upi_monthly" + ("_max_500" if hindrance != "opted_out" else "")


def test_a_mandate_that_is_fallen_back_on_is_told_of_first(
    shop: Shop, accounts: Accounts, gateways: list[Fated]
) -> None:
    """The planner decides: told now, and debited a day later, never in this moment."""
    first = accounts.opens(gateways[0], "Paper")
    asha = accounts.subscriber(first)
    shop.adds_method(asha.customer_id, "tok_upi_monthly", at=NOON, default=False)
    ails(accounts, first)
    shop.works(NOON)
    assert asha.attempts == []
    due = asha.payment.next_attempt_at
    assert due is not None
    assert due >= NOON + DAY
    with shop.db.transaction(shop.tenant) as uow:
        told = uow.connection.execute("select amount, told_at from debit_notices").fetchall()
    assert told == [(118_000, NOON)]
    shop.wait_until(due)
    assert (asha.captures(due), asha.invoice.status) == (1, "paid")
