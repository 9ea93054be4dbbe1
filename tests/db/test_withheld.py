"""Tax that customers withhold: it settles the invoice, and a certificate has to follow."""

from collections.abc import Iterator
from datetime import date

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.ids import new_id
from khata.core.tds import TdsReceivable, TdsStatus, TdsTooHigh, Withheld
from khata.db.embedded.provision import Urls
from khata.db.stores.tds import TdsReceivables
from khata.db.transaction import Database
from khata.usecases.payments.mark_paid import AmountDiffers, MarkPaid, Method, mark_paid
from khata.usecases.tds.record_tds_certificate import RecordTdsCertificate, record_tds_certificate
from khata.usecases.tds.write_off_tds import WriteOffTds, write_off_tds
from tests.db.shop import NOON, TOTAL, Shop, Subscriber, noon


@pytest.fixture
def shop(db: Database, urls: Urls) -> Iterator[Shop]:
    gateway = FakeGateway(urls.app)
    yield Shop(db, gateway)
    gateway.close()


def gives(asha: Subscriber, amount: int | None, withheld: int) -> None:
    command = MarkPaid(
        asha.shop.tenant,
        new_id(NOON),
        NOON,
        asha.invoice_id,
        Method.BANK_TRANSFER,
        "UTR-1",
        amount,
        Withheld(withheld, "194J", "10"),
    )
    mark_paid(command, db=asha.shop.db)


def kept(asha: Subscriber) -> list[TdsReceivable]:
    with asha.shop.db.transaction(asha.shop.tenant) as uow:
        rows = uow.connection.execute("select id from tds_receivables order by id").fetchall()
        return [TdsReceivables(uow.connection).lock(row[0]) for row in rows]


def test_ten_percent_withheld_settle_the_invoice_with_the_rest(shop: Shop) -> None:
    """1,000.00 + 180.00 GST: 10 % of 1,000.00 is withheld, so 1,080.00 come to the bank."""
    asha = shop.subscriber(None)
    gives(asha, 108_000, 10_000)
    assert (asha.invoice.status, asha.invoice.amount_paid) == ("paid", TOTAL)
    books = [shop.balance(name) for name in ("bank", "tds_receivable", "receivable")]
    assert books == [108_000, 10_000, 0]
    [row] = kept(asha)
    assert (row.amount, row.section, row.rate, row.status) == (10_000, "194J", "10", "awaited")
    assert (row.quarter.financial_year, row.quarter.number) == ("2024-25", 4)
    assert row.quarter.certificate_due_on == date(2025, 6, 15)


def test_without_an_amount_the_rest_came(shop: Shop) -> None:
    asha = shop.subscriber(None)
    gives(asha, None, 10_000)
    assert (asha.invoice.status, shop.balance("bank")) == ("paid", 108_000)


def test_what_was_withheld_may_be_told_afterwards(shop: Shop) -> None:
    """1,080.00 came, and only then it is said why not more."""
    asha = shop.subscriber(None)
    command = MarkPaid(
        shop.tenant, new_id(NOON), NOON, asha.invoice_id, Method.UPI, "UTR-1", 108_000
    )
    mark_paid(command, db=shop.db)
    assert asha.invoice.amount_due == 10_000
    gives(asha, 0, 10_000)
    assert (asha.invoice.status, shop.balance("bank")) == ("paid", 108_000)
    assert shop.balance("tds_receivable") == 10_000


def test_too_much_is_refused_and_nothing_is_kept(shop: Shop) -> None:
    asha = shop.subscriber(None)
    with pytest.raises(TdsTooHigh):
        gives(asha, 90_000, 20_101)  # 20 % of 1,000.00 and a rupee are 201.00
    with pytest.raises(AmountDiffers):
        gives(asha, -1, 10_000)
    assert (kept(asha), asha.invoice.amount_paid, shop.count("payments")) == ([], 0, 1)


def test_a_certificate_is_kept_and_moves_nothing_in_the_books(shop: Shop) -> None:
    asha = shop.subscriber(None)
    gives(asha, 108_000, 10_000)
    [row] = kept(asha)
    command = RecordTdsCertificate(shop.tenant, row.id, "ABC1", date(2025, 6, 1), 6_000)
    record_tds_certificate(command, db=shop.db)
    assert kept(asha)[0].status is TdsStatus.SHORT
    assert shop.balance("tds_receivable") == 10_000


def test_what_no_certificate_came_for_is_lost(shop: Shop) -> None:
    """100.00 withheld, 60.00 certified: 40.00 are lost."""
    asha = shop.subscriber(None)
    gives(asha, 108_000, 10_000)
    [row] = kept(asha)
    command = RecordTdsCertificate(shop.tenant, row.id, "ABC1", date(2025, 6, 1), 6_000)
    record_tds_certificate(command, db=shop.db)
    write_off_tds(WriteOffTds(shop.tenant, row.id, noon(3, 20)), db=shop.db)
    assert (shop.balance("tds_receivable"), shop.balance("bad_debt")) == (6_000, 4_000)
    assert (kept(asha)[0].status, kept(asha)[0].written_off) == ("written_off", 4_000)
    assert asha.invoice.status == "paid"
