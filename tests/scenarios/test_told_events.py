"""Every type of event, told by shops that live; each is what the document of events promises.

The world of each other story is held against the document, too, when its story is over.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from khata.core.dispute import DisputeStatus, SeenDispute
from khata.core.events import EVENT_TYPES
from khata.core.ids import new_id
from khata.core.payment import SaidBy
from khata.ports.gateways import WithoutAccounts
from khata.usecases.disputes.look_at_due_disputes import LookAtDueDisputes, look_at_due_disputes
from khata.usecases.disputes.record_dispute import RecordDispute, record_dispute
from khata.usecases.payments.mark_paid import MarkPaid, Method, mark_paid
from khata.usecases.subscriptions.cancel_change import CancelChange, cancel_change
from tests.scenarios.agreement import Agreement
from tests.scenarios.dunning import follows
from tests.scenarios.funds import Wallet, offers, redeems
from tests.scenarios.gateway_accounts import account_ails
from tests.scenarios.gifts import Gifts
from tests.scenarios.portal import is_told_of
from tests.scenarios.shop import Shop
from tests.scenarios.webhook import Webhook
from tests.scenarios.wire import broken_promises, told, validator
from tests.scenarios.world import World, inr, usd


def types(shop: Shop) -> set[str]:
    return {event["type"] for event in told(shop)}


def test_every_type_is_told_as_it_is_described(world: World) -> None:
    busy = world.shop("Busy")
    busy.sells("Pro", at=inr("1,000.00"), trial_days=14)
    busy.sells("Plain", at=[inr("1,000.00"), usd("12.00")])
    busy.sells("Dear", at=inr("5,000.00"))
    gifts = Gifts(busy)
    gifts.knows("sso", "switch")
    gifts.on("Plain", "sso", True)
    unlucky = world.shop("Unlucky", retry_days=[1, 3], write_off_when_given_up=True)
    unlucky.sells("Pro", at=inr("1,000.00"))
    unlucky.sells("Slow", at=inr("1,000.00"))
    follows(unlucky, "Slow", retry_days=(5,), notice_days=1, last_warning_days=3)
    world.today_is("2025-01-10")
    webhook = Webhook(busy)
    webhook.is_tested()
    webhook.is_disabled()
    account_ails(busy)
    much_happens(busy)
    nothing_is_paid(unlucky)
    in_parts(unlucky)
    is_disputed(unlucky)
    is_told_of(unlucky)
    world.wait_until("2025-02-12")
    assert types(busy) | types(unlucky) == set(EVENT_TYPES)  # and what they say: at world's end


def much_happens(shop: Shop) -> None:
    """A trial, second thoughts, an end, a mistake, and what no law covers."""
    shop.customer("Asha").subscribes_to("Pro")
    plain = shop.customer("Ravi").subscribes_to("Plain")
    plain.is_canceled()
    plain.is_kept()
    plain.is_canceled(now=True, why="too dear")
    changing = shop.customer("Lata").subscribes_to("Plain")
    changing.changes_to("Plain", seats=[2], when="now")
    waits = changing.changes_to("Dear", when="period_end")
    command = CancelChange(shop.tenant, waits.id, shop.world.now)
    cancel_change(command, db=shop.db)
    lives(shop)
    agrees(shop)
    swap_is_dropped(shop)
    wrong = shop.customer("Meera", card=None)
    wrong.subscribes_to("Plain", pays_by="transfer", days_to_pay=30)
    wrong.latest_invoice.is_voided()
    Wallet.opened(shop.customer("Prepays"), tax_code="998314").gets(inr("1,180.00"))
    offers(shop, "TEA", percent="10")
    wallet = Wallet.opened(wrong, below=inr("200.00"), recharge=inr("100.00"))
    wallet.gets(inr("300.00"), paid=False, until="2025-01-20")
    wrong.subscribes_to("Plain", pays_by="transfer", days_to_pay=30, starts="2025-02-01")
    redeems(wrong, "TEA")
    nowhere = shop.customer("Nowhere")
    nowhere.subscribes_to("Plain")
    shop.rows("update customers set state = null where id = %(id)s returning 1", id=nowhere.id)


def agrees(shop: Shop) -> None:
    """Mandates: terms alone, one that ends, one that is paused and withdrawn, one that is full."""
    Agreement.written(shop.customer("Ela", card=None), up_to=118_000).is_told("rejected")
    ends = shop.customer("Omi", card="tok_upi_monthly_until_20250125")
    ends.subscribes_to("Plain")
    changes = Agreement(shop.customer("Jaya", card="tok_upi"))
    changes.is_paused()
    changes.is_resumed()
    changes.is_revoked()
    Agreement(shop.customer("Dev", card="tok_upi")).is_told("completed")


def swap_is_dropped(shop: Shop) -> None:
    """Dollars were agreed on, but on the day rupees are owed."""
    late = shop.customer("Late", card=None)
    plain = late.subscribes_to("Plain", pays_by="transfer", days_to_pay=30)
    late.transfers(late.latest_invoice)
    plain.changes_to("Plain", currency="USD")
    plain.changes_to("Dear", when="now")


def lives(shop: Shop) -> None:
    """A trial that ends today, a pause, another, and another anchor."""
    pro = shop.customer("Uma").subscribes_to("Pro")
    pro.trial_ends()
    pro.is_paused("period_end")
    pro.is_resumed()
    pro.is_paused()
    pro.is_resumed()
    pro.is_anchored_on("2025-01-20")


def nothing_is_paid(shop: Shop) -> None:
    """Reminders, declines, giving up, writing off; money that comes late, twice, or never."""
    shop.customer("Slow", card=None).subscribes_to("Pro", pays_by="transfer", days_to_pay=1)
    shop.customer("Poor", card="tok_declined").subscribes_to("Pro")
    shop.customer("Patient", card="tok_declined").subscribes_to("Slow")
    shop.customer("Far", card="tok_never_reached").subscribes_to("Pro")
    twice = shop.customer("Twice", card="tok_late_success")
    twice.subscribes_to("Pro")
    twice.gives_card("tok_ok")


def in_parts(shop: Shop) -> None:
    """A part is paid, the rest given up, and a part of that comes after all."""
    parts = shop.customer("Parts", card=None)
    parts.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    for amount, gives_up in ((50_000, True), (1_000, False)):
        command = MarkPaid(
            shop.tenant,
            new_id(shop.world.now),
            shop.world.now,
            parts.latest_invoice.id,
            Method.CASH,
            "Till",
            amount,
        )
        mark_paid(command, db=shop.db)
        if gives_up:
            parts.latest_invoice.is_written_off()


def is_disputed(shop: Shop) -> None:
    """Three payers go to their banks: one dispute is won, one lost, one comes to nothing."""
    at = shop.world.now
    account = new_id(at)
    shop.rows(
        "insert into gateway_accounts (id, gateway, name, livemode, status, credentials, version,"
        " verified_at, created_at) values (%(id)s, 'fake', 'F', false, 'active', '', 1, %(at)s,"
        " %(at)s) returning 1",
        id=account,
        at=at,
    )
    payers = shop.customer("Payer"), shop.customer("Payer 2"), shop.customer("Payer 3")
    for payer, end in zip(payers, ("won", "lost", "closed"), strict=True):
        payer.subscribes_to("Pro")
        [(attempt,)] = shop.rows(
            "update attempts set gateway_account_id = %(account)s where status = 'succeeded'"
            " and invoice_id = %(invoice)s returning id",
            account=account,
            invoice=payer.latest_invoice.id,
        )
        seen = SeenDispute(
            f"du_{end}",
            None,
            118_000,
            "INR",
            DisputeStatus.NEEDS_RESPONSE,
            "fraudulent",
            at,
            due_by=at + timedelta(days=10),
            taken=118_000,
            ours=attempt,
        )
        record = RecordDispute(shop.tenant, account, seen, at, SaidBy.WEBHOOK)
        record_dispute(record, db=shop.db)
        soon = at + timedelta(days=8)
        look_at_due_disputes(
            LookAtDueDisputes(shop.tenant, soon), db=shop.db, gateways=WithoutAccounts({})
        )
        taken = 118_000 if end == "lost" else 0
        ended = replace(record, at=soon, seen=replace(seen, status=DisputeStatus(end), taken=taken))
        record_dispute(ended, db=shop.db)


def test_a_promise_that_is_broken_is_seen(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    world.today_is("2025-01-10")
    shop.customer("Asha").subscribes_to("Pro")
    assert broken_promises(shop) == []
    broken: list[tuple[dict[str, Any], str]] = [
        ({"facts": {}}, "required"),
        ({"sequence": 0}, "minimum"),
        ({"created": "yesterday"}, "date-time"),
        ({"surprise": 1}, "surprise"),
        ({"subject": "cus_00000000000000000000000001"}, "inv_"),
    ]
    [event] = [event for event in told(shop) if event["type"] == "invoice.paid"]
    for change, what in broken:
        wrong = event | {"data": event["data"] | change}
        errors = [error.message for error in validator("invoice.paid").iter_errors(wrong)]
        assert what in errors[0]


@pytest.mark.parametrize("type", EVENT_TYPES)
def test_each_type_can_be_held_against_its_promise(type: str) -> None:
    assert not validator(type).is_valid({})
