"""Stories of PDFs that are made before the mails that attach them, and of mails that wait."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from khata.settings import Settings
from khata.usecases.documents.render_due_documents import (
    MOST_TRIES,
    RenderDueDocuments,
    render_due_documents,
)
from tests.scenarios.papers import (
    Counting,
    NextRelease,
    Postbox,
    Shelf,
    by_hand,
    furnished,
    given,
    lose,
    now_set_by,
)
from tests.scenarios.shop import Shop
from tests.scenarios.world import World


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def pdf() -> Counting:
    return Counting()


@pytest.fixture
def mailing(world: World, shelf: Shelf, pdf: Counting, postbox: Postbox) -> Shop:
    """A shop with a mail server."""
    settings = Settings(smtp_url="smtp://mail.example")
    world.engine = replace(world.engine, files=shelf, pdf=pdf, mailer=postbox, settings=settings)
    return furnished(world)


def test_where_mail_is_only_kept_nothing_is_rendered(world: World, pdf: Counting) -> None:
    world.engine = replace(world.engine, pdf=pdf)
    shop = furnished(world)
    by_hand(shop)
    shop.world.wait_until("2025-03-11")
    assert shop.rows("select distinct status from mails") == [("kept",)]
    assert (pdf.count, shop.rows("select count(*) from renderings")) == (0, [(0,)])


def test_what_mails_attach_is_rendered_once_and_before(
    mailing: Shop, postbox: Postbox, pdf: Counting
) -> None:
    invoice = by_hand(mailing)
    assert mailing.rows("select count(*) from renderings") == [(1,)]
    waits = "select next_try_at - created_at from mails where attaches_invoice"
    assert mailing.rows(waits) == [(timedelta(hours=1),)]
    mailing.world.wait_until("2025-01-11")
    assert postbox.attached() == [given(mailing, invoice).content]
    assert pdf.count == 1
    assert mailing.rows("select count(*) from renderings") == [(0,)]
    sent = "select status, sent_at - created_at from mails"
    assert mailing.rows(sent) == [("sent", timedelta(0))]  # at once, not an hour later


def test_a_rendering_that_breaks_is_tried_five_times_and_its_mail_goes_on(
    mailing: Shop, postbox: Postbox, pdf: Counting
) -> None:
    by_hand(mailing)
    pdf.fault = ZeroDivisionError("a fault of ours")
    mailing.world.wait_until("2025-01-11")
    assert pdf.count == MOST_TRIES + 1  # and once more by the mail itself
    assert sorted(code for code, _ in mailing.parked) == ["document_failed", "mail_failed"]
    assert all("ZeroDivisionError" in reason for _, reason in mailing.parked)
    assert postbox.letters == []

    pdf.fault = None
    mailing.releases()
    mailing.world.wait_until("2025-01-12")
    assert mailing.parked == []
    assert len(postbox.attached()) == 1
    assert mailing.rows("select count(*) from renderings") == [(0,)]


def test_a_rendering_that_kills_its_worker_each_time_is_parked(
    mailing: Shop, pdf: Counting
) -> None:
    by_hand(mailing)
    mailing.rows("update renderings set tries = 5 returning 1")
    mailing.world.wait_until("2025-01-11")
    [(code, reason)] = mailing.parked
    assert code == "document_failed"
    assert "died each time" in reason
    assert mailing.rows("select status from mails") == [("sent",)]  # it rendered by itself


def test_a_store_that_is_away_for_a_while_delays_the_mail_and_parks_nothing(
    mailing: Shop, shelf: Shelf, postbox: Postbox
) -> None:
    for name in ("Asha", "Ravi", "Lata"):
        by_hand(mailing, name)
    shelf.is_away = True
    mailing.world.wait_until(mailing.world.now + timedelta(minutes=5))
    assert (mailing.parked, postbox.letters) == ([], [])
    shelf.is_away = False
    mailing.world.wait_until("2025-01-11")
    assert mailing.parked == []
    assert len(postbox.attached()) == 3


def test_a_store_that_is_away_for_longer_is_waited_for_by_the_mail_itself(
    mailing: Shop, shelf: Shelf, postbox: Postbox
) -> None:
    by_hand(mailing)
    shelf.is_away = True
    mailing.world.wait_until(mailing.world.now + timedelta(minutes=40))
    assert mailing.rows("select count(*) from renderings") == [(0,)]
    assert mailing.rows("select status, tries > 1, error from mails") == [
        ("queued", True, "the bucket does not answer")
    ]
    assert mailing.parked == []
    shelf.is_away = False
    mailing.world.wait_until("2025-01-11")
    assert len(postbox.attached()) == 1


def test_what_another_worker_holds_is_skipped_and_not_waited_for(
    mailing: Shop, pdf: Counting
) -> None:
    held, free = by_hand(mailing, "Asha"), by_hand(mailing, "Ravi")
    command = RenderDueDocuments(mailing.tenant, mailing.world.now)
    tools = mailing.world.engine.tools
    with mailing.db.transaction(mailing.tenant) as uow, ThreadPoolExecutor(1) as elsewhere:
        uow.connection.execute(
            "select 1 from renderings where invoice_id = %s for update", [held.id]
        )
        taken = elsewhere.submit(render_due_documents, command, tools=tools).result(30)
    assert (taken, pdf.count) == (1, 1)
    assert mailing.rows("select invoice_id from documents") == [(free.id,)]


def test_a_store_that_stays_away_leaves_it_to_the_mails_which_are_parked_in_the_end(
    mailing: Shop, shelf: Shelf, postbox: Postbox
) -> None:
    by_hand(mailing)
    shelf.is_away = True
    mailing.world.wait_until("2025-01-12")
    assert [code for code, _ in mailing.parked] == ["mail_failed"]
    assert mailing.rows("select count(*) from renderings") == [(0,)]
    shelf.is_away = False
    mailing.releases()
    mailing.world.wait_until("2025-01-13")
    assert len(postbox.attached()) == 1


def test_a_mail_that_nobody_renders_for_goes_after_an_hour(mailing: Shop, postbox: Postbox) -> None:
    """Rolled back to a release that knows no renderings, say."""
    by_hand(mailing)
    mailing.rows("update renderings set next_try_at = null returning 1")
    mailing.world.wait_until(mailing.world.now + timedelta(minutes=61))
    assert len(postbox.attached()) == 1


def test_a_lost_document_fails_its_mail_with_a_sentence(
    mailing: Shop, shelf: Shelf, postbox: Postbox
) -> None:
    invoice = by_hand(mailing)
    given(mailing, invoice)
    lose(shelf)
    now_set_by(mailing, NextRelease())
    mailing.world.wait_until("2025-01-11")
    told = dict(mailing.parked)
    assert sorted(told) == ["document_lost", "mail_failed"]
    assert "cannot be found" in told["mail_failed"]
    assert postbox.letters == []


def test_what_is_paid_meanwhile_leaves_as_it_is_by_then(
    mailing: Shop, postbox: Postbox, pdf: Counting
) -> None:
    asha = mailing.customer("Asha")
    asha.subscribes_to("Pro")
    assert asha.latest_invoice.status == "paid"
    mailing.world.wait_until("2025-01-11")
    content = given(mailing, asha.latest_invoice).content
    assert postbox.attached() == [content, content]  # the invoice and the receipt
    assert pdf.count == 1
