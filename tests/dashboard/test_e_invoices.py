"""The page of e-invoices: what failed stands first, and is sent again or cancelled from there."""

from uuid import UUID

import pytest

from khata.core.e_invoice.connection import SANDBOX, IrpConnection
from khata.core.e_invoice.standing import Kind
from khata.core.e_invoice.states import EInvoiceState
from khata.core.ids import new_id, public_id
from khata.db.reads.tax_documents import documents_of
from khata.db.stores.irp_connections import IrpConnections
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.taxes.tell_turnover import TellTurnover, tell_turnover
from tests.dashboard.test_figures import told
from tests.dashboard.test_pages import weight, whole
from tests.dashboard.trading import Trade
from tests.dashboard.visitor import form_of
from tests.dashboard.world import World

HOME = "/dashboard/e-invoices"


@pytest.fixture
def refused(world: World, trade: Trade) -> UUID:
    """An invoice that the portal has refused."""
    with world.engine.db.transaction(trade.shop.test) as uow:
        id = new_id(world.now)
        uow.e_invoices.add_by_hand(id, Kind.INVOICE, trade.declined.id, world.now)
        uow.e_invoices.set_state(
            id, EInvoiceState.FAILED, error="The GSTIN is cancelled (3029)", error_code="3029"
        )
    return trade.declined.id


def state(world: World, trade: Trade, invoice: UUID) -> EInvoiceState:
    with world.engine.db.transaction(trade.shop.test) as uow:
        found = uow.e_invoices.of_invoice(invoice)
    assert found is not None
    return found.state


def test_what_failed_stands_first_with_its_sentence(trade: Trade, refused: UUID) -> None:
    page = trade.owner.get(HOME).text
    whole(page)
    assert weight(trade.owner, page) < 100_000
    assert "For you to look at" in told(page)
    assert "The GSTIN is cancelled (3029)" in told(page)


def test_it_is_sent_again(world: World, trade: Trade, refused: UUID) -> None:
    form = form_of(trade.owner.get(HOME).text)
    sent = trade.owner.post(f"{HOME}/{public_id('inv', refused)}/send", form=form)
    assert sent.status_code == 303
    assert state(world, trade, refused) is EInvoiceState.PENDING


def test_what_has_no_irn_is_not_cancelled(world: World, trade: Trade, refused: UUID) -> None:
    form = form_of(trade.owner.get(HOME).text)
    path = f"{HOME}/{public_id('inv', refused)}/cancel"
    answer = trade.owner.post(path, form=form, reason="mistake", remark="")
    assert answer.status_code == 409
    assert "only a generated one is cancelled" in told(answer.text)
    assert state(world, trade, refused) is EInvoiceState.FAILED


def test_a_seller_above_the_bounds_is_told_what_is_missing(world: World, trade: Trade) -> None:
    """Five crore: rule 48(4), since 1 August 2023; 500 crore: Notf. 14/2020-CT, the QR code."""

    def turns_over(rupees: int) -> str:
        command = TellTurnover(trade.shop.test, new_id(world.now), world.now, "22-23", rupees * 100)
        tell_turnover(command, db=world.engine.db)
        return told(trade.owner.get(HOME).text)

    small, bound, large = turns_over(50_000_000), turns_over(50_000_001), turns_over(5_000_000_001)
    assert "no portal is connected" not in small
    assert "registers its invoices since 1 Aug 2023" in bound
    assert "no portal is connected for" in bound
    assert "branding.upi_gst" not in bound
    assert "branding.upi_gst" in large
    with world.engine.db.transaction(trade.shop.test) as uow:
        connection = IrpConnection(
            uow.sellers.default().id,
            SANDBOX[0],
            b"",
            "",
            (),
            False,
            None,
            world.now.date(),
            1,
            None,
            world.now,
        )
        IrpConnections(uow.connection).keep(connection)
    assert "no portal is connected" not in told(trade.owner.get(HOME).text)


def test_a_note_s_irn_is_cancelled_at_the_portal_or_the_note_stands(
    world: World, trade: Trade
) -> None:
    """100.00 of an open invoice were credited; without its portal nothing is taken back."""
    db, tenant, note = world.engine.db, trade.shop.test, new_id(world.now)
    with db.transaction(tenant) as uow:
        positions = uow.invoices.positions_of(trade.declined.id)
    credit_invoice(
        CreditInvoice(
            tenant, note, world.now, trade.declined.id, "Down", [(next(iter(positions)), 10_000)]
        ),
        db=db,
    )
    with db.transaction(tenant) as uow:
        total = documents_of(uow.connection, [note])[note].total
        id = new_id(world.now)
        uow.e_invoices.add_by_hand(id, Kind.CREDIT_NOTE, note, world.now)
        uow.e_invoices.set_state(
            id, EInvoiceState.GENERATED, irn="a" * 64, ack_at=world.now, by_hand=True
        )
    page = trade.owner.get(HOME).text
    path = f"{HOME}/{public_id('cn', note)}/cancel"
    assert path in page
    sent = trade.owner.post(path, form=form_of(page), reason="mistake", remark="")
    assert sent.status_code == 409
    assert "is not cancelled: there is no connection to its portal" in told(sent.text)
    shown = told(trade.owner.get(f"/dashboard/credit-notes/{public_id('cn', note)}").text)
    assert "Void" not in shown
    with db.transaction(tenant) as uow:
        assert uow.invoices.get(trade.declined.id).amount_credited == total
