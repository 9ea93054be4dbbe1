"""Stories of payers who agree to a mandate at our page: link, gateway, bank, debits, withdrawal."""

from datetime import timedelta
from uuid import UUID

from khata.adapters.gateways.fake import FakeGateway
from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.core.mandate_terms import Frequency
from khata.core.visit import VisitStatus
from tests.scenarios.agreement import Agreement
from tests.scenarios.payer import Payer
from tests.scenarios.razorpay_account import Razorpay, razorpay
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, at, inr

__all__ = ["razorpay"]

SHOWN = "select status, consent_text, consent_address, consent_user_agent from mandates"


def test_a_mandate_is_agreed_to_and_debited_by_the_fake_gateway(
    world: World, fake_gateway: FakeGateway
) -> None:
    """1,000.00 and 18 % tax are 1,180.00 a month: told a day before, debited the day after."""
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha", card=None)
    world.today_is(at("2026-01-05", "12:00"))
    mandate = Agreement.written(asha, up_to=500_000)
    payer = Payer(shop, fake_gateway.payer)
    visit = payer.goes_to_agree(asha)
    assert mandate.row["status"] == "pending_authorisation"
    assert shop.rows(SHOWN) == [
        ("pending_authorisation", "You agree.", "203.0.113.7", "Firefox"),
    ]
    assert payer.agrees(visit)
    assert payer.comes_back(visit).status is VisitStatus.DONE
    assert (mandate.row["status"], mandate.row["max_amount"]) == ("active", 500_000)
    assert [to for to, _ in mandate.moves] == ["created", "pending_authorisation", "active"]
    assert shop.rows("select count(*) from mandates") == [(1,)]  # the same, and no second

    asha.subscribes_to("Pro")
    world.wait_until("2026-02-07")
    assert mandate.notices == [("01-05 12:00", 118_000), ("02-05 00:00", 118_000)]
    assert mandate.debits == [("01-06 13:00", "succeeded"), ("02-06 00:00", "succeeded")]
    assert asha.latest_invoice.status == "paid"


def test_a_bank_says_no_and_the_payer_tries_again(world: World, fake_gateway: FakeGateway) -> None:
    shop = world.shop()
    asha = shop.customer("Asha", card=None)
    world.today_is(at("2026-01-05", "12:00"))
    mandate = Agreement.written(asha, up_to=500_000)
    payer = Payer(shop, fake_gateway.payer)
    visit = payer.goes_to_agree(asha)
    assert not payer.agrees(visit, "tok_declined")  # a wrong PIN is no answer of the bank
    assert payer.comes_back(visit).status is VisitStatus.OPEN
    assert mandate.row["status"] == "pending_authorisation"
    assert payer.agrees(visit, "tok_rejected")
    assert payer.comes_back(visit).status is VisitStatus.FAILED
    assert mandate.moves[-1] == ("rejected", "gateway")
    assert shop.rows("select count(*) from payment_methods") == [(0,)]

    again = payer.goes_to_agree(asha)
    assert payer.agrees(again)
    assert payer.comes_back(again).status is VisitStatus.DONE
    assert [row[0] for row in shop.rows("select status from mandates order by id")] == [
        "rejected",
        "active",
    ]


def test_upi_autopay_by_razorpay_from_the_link_to_the_withdrawal(
    world: World, razorpay: Razorpay, fake_gateway: FakeGateway
) -> None:
    """Razorpay tells the payer by itself and debits in the 25th hour; withdrawn, it forgets."""
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha", card=None)
    world.today_is(at("2026-12-05", "10:30"))
    account = razorpay.has_an_account(shop)
    mandate = Agreement.written(asha, up_to=500_000, frequency=Frequency.MONTHLY)
    payer = Payer(shop, fake_gateway.payer)
    visit = payer.goes_to_agree(asha)
    assert visit.gateway == "razorpay"
    razorpay.payer(visit, "pay")
    assert payer.comes_back(visit).status is VisitStatus.DONE
    assert mandate.row["status"] == "active"
    assert mandate.row["max_amount"] == 500_000

    asha.subscribes_to("Pro")
    lives(world, razorpay, shop, account, ("2026-12-05", "12:05"), ("2026-12-07", "12:00"))
    assert mandate.debits == [("12-05 12:00", "succeeded")]
    lives(world, razorpay, shop, account, ("2027-01-05", "00:05"), ("2027-01-07", "12:00"))
    assert mandate.debits[1] == ("01-05 00:00", "succeeded")
    assert asha.latest_invoice.status == "paid"

    [(token, holder)] = shop.rows("select token, holder from payment_methods")
    mandate.is_revoked()
    assert asked_to_forget(shop) == [(token, holder, False)]
    lives(world, razorpay, shop, account, ("2027-01-07", "12:05"))
    assert asked_to_forget(shop) == [(None, None, True)]
    assert [to for to, _ in mandate.moves][-1] == "revoked"
    vendor = RazorpayVendor().open(
        razorpay.simulator.introduction().credentials, base_url=razorpay.url
    )
    assert vendor.read_method(token, holder=holder) is None
    vendor.close()


def lives(
    world: World, razorpay: Razorpay, shop: Shop, account: UUID, *moments: tuple[str, str]
) -> None:
    """Live until each moment, with Razorpay's clock beside ours, and hear what it tells."""
    for day, hour in moments:
        world.wait_until(at(day, hour))
        razorpay.at_now()
        razorpay.tells(shop, account)
        world.wait_until(world.now + timedelta(minutes=2))


def asked_to_forget(shop: Shop) -> list[tuple[object, ...]]:
    return list(shop.rows("select token, holder, done_at is not null from forgettings"))


def test_who_is_to_agree_anew_gets_a_link_in_the_mail(
    world: World, fake_gateway: FakeGateway
) -> None:
    """30 days before the end, and again when it was withdrawn: one click, the same terms."""
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha", card=None)
    world.today_is(at("2026-01-05", "12:00"))
    mandate = Agreement.written(asha, up_to=500_000)
    payer = Payer(shop, fake_gateway.payer)
    visit = payer.goes_to_agree(asha)
    assert payer.agrees(visit)
    assert payer.comes_back(visit).status is VisitStatus.DONE
    pro = asha.subscribes_to("Pro")
    world.wait_until("2026-02-04")
    mandate.is_revoked()
    world.wait_until(at("2026-02-05", "00:05"))
    letter = asha.inbox.text_of("payment_failed")
    assert "/w/ten_" in letter
    assert "Agree anew:" in letter
    assert pro.status == "past_due"

    again = payer.goes_to_agree(asha)
    assert payer.agrees(again)
    assert payer.comes_back(again).status is VisitStatus.DONE
    assert (mandate.row["status"], mandate.row["max_amount"]) == ("active", 500_000)
    world.wait_until("2026-02-08")
    assert (asha.latest_invoice.status, pro.status) == ("paid", "active")


def test_who_cancels_is_not_to_be_debited_again(world: World, fake_gateway: FakeGateway) -> None:
    """The mandate stays while another subscription goes on by it, and goes with the last."""
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha", card=None)
    world.today_is(at("2026-01-05", "12:00"))
    mandate = Agreement.written(asha, up_to=500_000, frequency=Frequency.AS_PRESENTED)
    payer = Payer(shop, fake_gateway.payer)
    visit = payer.goes_to_agree(asha)
    assert payer.agrees(visit)
    assert payer.comes_back(visit).status is VisitStatus.DONE
    first, second = asha.subscribes_to("Pro"), asha.subscribes_to("Pro")
    world.wait_until("2026-01-12")
    first.is_canceled(now=True)
    world.wait_until("2026-01-13")
    assert mandate.row["status"] == "active"
    second.is_canceled(now=True)
    world.wait_until("2026-01-14")
    assert mandate.row["status"] == "revoked"
    assert mandate.moves[-1] == ("revoked", "schedule")
    assert asha.inbox.kinds.count("payment_failed") == 0
