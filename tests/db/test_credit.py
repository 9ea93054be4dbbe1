"""A customer's credit balance: given once, never below zero, whoever spends at the same time."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from uuid import UUID

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.credit import NotEnoughCredit
from khata.core.ids import new_id
from khata.db.embedded.provision import Urls
from khata.db.reads.credit import CREDIT_ENTRIES
from khata.db.reads.lists import Wanted, page
from khata.db.transaction import Database
from tests.db.crowd import at_once
from tests.db.shop import NOON, Shop, noon


@pytest.fixture
def shop(urls: Urls, db: Database) -> Iterator[Shop]:
    gateway = FakeGateway(urls.app)
    yield Shop(db, gateway)
    gateway.close()


@pytest.fixture
def asha(shop: Shop) -> UUID:
    return shop.subscriber("tok_ok").customer_id


def _gives(shop: Shop, customer: UUID, amount: int, source: UUID, at: datetime = NOON) -> bool:
    with shop.db.transaction(shop.tenant) as uow:
        return uow.credit.give(customer, "INR", amount, "credit_note", source, at)


def _takes(shop: Shop, customer: UUID, amount: int, source: UUID) -> bool:
    with shop.db.transaction(shop.tenant) as uow:
        return uow.credit.take(customer, "INR", amount, "invoice", source, NOON)


def _balance(shop: Shop, customer: UUID, currency: str = "INR") -> int:
    with shop.db.transaction(shop.tenant) as uow:
        return uow.credit.balance(customer, currency)


def _entries(shop: Shop, customer: UUID) -> list[tuple[int, int]]:
    """Each change and what it left, the oldest first."""
    with shop.db.transaction(shop.tenant) as uow:
        found = page(uow.connection, CREDIT_ENTRIES, Wanted(100, by={"customer": customer}))
    return [(entry.amount, entry.balance) for entry in reversed(found.rows)]


def test_what_is_given_is_there_and_what_is_taken_is_gone(shop: Shop, asha: UUID) -> None:
    assert _balance(shop, asha) == 0
    _gives(shop, asha, 59_000, new_id(NOON))
    _takes(shop, asha, 20_000, new_id(NOON))
    assert _balance(shop, asha) == 39_000  # 590.00 − 200.00
    assert _balance(shop, asha, "USD") == 0
    assert _entries(shop, asha) == [(59_000, 59_000), (-20_000, 39_000)]


def test_one_cause_of_one_source_gives_once(shop: Shop, asha: UUID) -> None:
    note = new_id(NOON)
    assert _gives(shop, asha, 59_000, note) is True
    assert _gives(shop, asha, 59_000, note, noon(3, 1)) is False
    assert _balance(shop, asha) == 59_000


def test_more_than_there_is_cannot_be_taken(shop: Shop, asha: UUID) -> None:
    _gives(shop, asha, 100, new_id(NOON))
    with pytest.raises(NotEnoughCredit):
        _takes(shop, asha, 101, new_id(NOON))
    assert _entries(shop, asha) == [(100, 100)]


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_and_less_is_no_credit(shop: Shop, asha: UUID, amount: int) -> None:
    with pytest.raises(ValueError, match="above zero"):
        _gives(shop, asha, amount, new_id(NOON))
    with pytest.raises(ValueError, match="above zero"):
        _takes(shop, asha, amount, new_id(NOON))


def test_many_who_take_at_once_take_what_there_is(shop: Shop, asha: UUID) -> None:
    """16 threads take 100 each of 1,000: ten get it, six are told."""
    _gives(shop, asha, 1_000, new_id(NOON))

    def take(source: UUID) -> bool:
        try:
            return _takes(shop, asha, 100, source)
        except NotEnoughCredit:
            return False

    got = at_once([partial(take, new_id(NOON)) for _ in range(16)])
    assert sorted(got) == [False] * 6 + [True] * 10
    assert _balance(shop, asha) == 0
    assert [left for _, left in _entries(shop, asha)] == [1_000, *range(900, -1, -100)]


def test_many_who_give_for_one_reason_give_once(shop: Shop, asha: UUID) -> None:
    note = new_id(NOON)
    got = at_once([partial(_gives, shop, asha, 500, note) for _ in range(8)])
    assert sorted(got) == [False] * 7 + [True]
    assert _balance(shop, asha) == 500
