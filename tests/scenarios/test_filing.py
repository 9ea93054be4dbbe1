"""Stories of filed months: what they close, and how a later return tells what was wrong."""

import json
from typing import Any
from uuid import UUID

import pytest

from khata.core.credit_note import Settle
from khata.core.exports.corrections import AmendmentTooLate, NotAmendable, NothingAmended
from khata.core.filing import (
    AlreadyFiled,
    BadArn,
    FiledOnOutOfRange,
    FilesNoGstr1,
    FilingStands,
    PeriodFiled,
    PeriodNotOver,
    ReturnBlocked,
)
from khata.core.ids import new_id
from khata.core.refusal import NotFound, Refusal
from khata.core.tax.gstin import InvalidGstin
from khata.core.tax.parties import Scheme
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.returns.undo_filing import UndoFiling, undo_filing
from khata.usecases.tenants.delete_test_clock import DeleteTestClock, delete_test_clock
from khata.usecases.tenants.set_test_clock import SetTestClock, set_test_clock
from khata.usecases.wallets.refund_advance import RefundAdvance, refund_advance
from tests.scenarios.filing import ARN, amends, blocking, files, found, paise, the_return
from tests.scenarios.funds import Wallet
from tests.scenarios.shop import Shop
from tests.scenarios.vouchers import SAAS
from tests.scenarios.world import World, at, inr, usd

MUMBAI, BENGALURU = "27AAPFU0939F1ZV", "29AABCR1718E1ZL"
MISTYPED = "27AAPFU0939F1ZA"
PUNE = "27AABCT3518Q1ZW"  # another business of Maharashtra; its check character is right


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop("Chai Point", state="Karnataka", round_off="none")
    shop.sells("Pro", at=[inr("1,000.00"), usd("20.00")])
    shop.sells("Large", at=inr("200000.00"))
    world.today_is("2025-06-01")
    return shop


def test_a_filed_month_is_closed(world: World, shop: Shop) -> None:
    ravi = shop.customer("Ravi", state="Maharashtra", gstin=MUMBAI, card=None)
    ravi.subscribes_to("Pro", pays_by="invoice", days_to_pay=60)
    with pytest.raises(PeriodNotOver):
        files(shop, "2025-06")
    world.wait_until("2025-07-05")
    june, july = sorted(ravi.invoices, key=lambda one: one.issued_on)
    for arn in ("AA29", "AA290725001234X7", "aa290725001234x"):
        with pytest.raises(BadArn):
            files(shop, "2025-06", arn=arn)
    for day in ("2025-06-30", "2025-07-06"):
        with pytest.raises(FiledOnOutOfRange):
            files(shop, "2025-06", on=day)
    files(shop, "2025-06")
    told = the_return(shop, "2025-06")
    assert told.status == "filed"
    assert told.filed is not None
    assert told.filed.owed == {"igst": 18_000, "cgst": 0, "sgst": 0, "cess": 0}
    with pytest.raises(AlreadyFiled):
        files(shop, "2025-06")
    with pytest.raises(PeriodFiled, match=r"filed on 2025-07-05 under AA290725001234X.*s\.34"):
        june.is_voided()
    july.is_voided()  # its month is open
    note = CreditInvoice(
        shop.tenant, new_id(world.now), world.now, june.id, "Down", settle=Settle.CREDIT_BALANCE
    )
    credit_invoice(note, db=shop.db)  # which is declared in July
    in_july = the_return(shop, "2025-07")
    assert blocking(in_july) == []
    assert in_july.gstr3b.exact == paise("0", "-180")
    assert the_return(shop, "2025-06").gstr3b.exact == paise("0", "180")


def test_nothing_is_dated_in_a_filed_month(world: World, shop: Shop) -> None:
    """A test tenant that leaves its clock is in the past again, and that month may be filed."""
    ravi = shop.customer("Ravi", state="Maharashtra", gstin=MUMBAI)
    ravi.subscribes_to("Pro")
    world.wait_until("2025-07-05")
    files(shop, "2025-06")
    delete_test_clock(DeleteTestClock(shop.tenant, world.now), db=shop.db)
    world.now = at("2025-06-20")
    with pytest.raises(PeriodFiled, match="dated 2025-06-20"):
        shop.customer("Asha").subscribes_to("Pro")
    assert shop.numbers == ["INV/25-26/00001", "INV/25-26/00002"]
    world.now = at("2025-07-06")
    shop.customer("Meena").subscribes_to("Pro")
    assert shop.numbers[-1] == "INV/25-26/00003"  # no number was lost


def test_a_top_up_of_a_filed_month_can_still_be_withdrawn(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha", card=None)
    Wallet.opened(asha).gets(inr("500.00"), by_card=False)
    world.wait_until("2025-07-05")
    files(shop, "2025-06")
    asha.latest_invoice.is_voided()
    assert asha.latest_invoice.status == "void"


def test_an_invoice_cancelled_before_its_month_is_filed_is_nothing_in_both(
    world: World, shop: Shop
) -> None:
    """The books moved in June and back in July; neither return owes any of it."""
    ravi = shop.customer("Ravi", state="Maharashtra", gstin=MUMBAI, card=None)
    ravi.subscribes_to("Pro", pays_by="invoice", days_to_pay=60)
    world.wait_until("2025-07-05")
    june, _ = sorted(ravi.invoices, key=lambda one: one.issued_on)
    june.is_voided()
    told, next_one = the_return(shop, "2025-06"), the_return(shop, "2025-07")
    assert (blocking(told), blocking(next_one)) == ([], [])
    [igst] = [one for one in told.tied if one.head == "IGST"]
    assert (igst.ledger, igst.declared, igst.in_month) == (0, 0, 18_000)
    [igst] = [one for one in next_one.tied if one.head == "IGST"]
    assert (igst.ledger, igst.declared, igst.in_month) == (18_000, 18_000, 0)
    assert told.books.elsewhere == next_one.books.elsewhere == (june.id,)


def test_a_wrong_gstin_is_told_by_the_next_return(world: World, shop: Shop) -> None:
    ravi = shop.customer("Ravi", state="Maharashtra", gstin=MUMBAI)
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-07-05")
    pro.is_canceled(now=True)
    [june, *_] = ravi.invoices
    with pytest.raises(NotAmendable, match="not filed yet"):
        amends(shop, june.id, gstin=PUNE)
    files(shop, "2025-06")
    amends(shop, june.id, gstin=PUNE.lower())
    july = the_return(shop, "2025-07")
    assert blocking(july) == []
    file = json.loads(july.gstr1.text())
    [group] = file["b2ba"]
    [told] = group["inv"]
    assert (group["ctin"], told["oinum"], told["inum"]) == (PUNE, june.number, june.number)
    assert (told["oidt"], told["idt"], told["val"]) == ("01-06-2025", "01-06-2025", 1180)
    # The document stays, and so does June's return.
    assert "b2ba" not in json.loads(the_return(shop, "2025-06").gstr1.text())
    assert the_return(shop, "2025-06").gstr1.documents[0].buyer.gstin == MUMBAI
    with pytest.raises(NothingAmended):
        amends(shop, june.id, gstin=PUNE)
    world.wait_until("2025-08-05")
    files(shop, "2025-07")
    assert "b2ba" not in json.loads(the_return(shop, "2025-08").gstr1.text())
    with pytest.raises(AlreadyFiled):
        amends(shop, june.id, gstin=MUMBAI, month="2025-07")


def test_a_consumer_of_another_state_moves_its_row(world: World, shop: Shop) -> None:
    meena = shop.customer("Meena", state="Tamil Nadu")
    other = shop.customer("Other", state="Tamil Nadu")
    for one in (meena, other):
        one.subscribes_to("Pro")
    world.wait_until("2025-07-05")
    files(shop, "2025-06")
    amends(shop, meena.invoices[0].id, place="32", month="2025-08")
    assert "b2csa" not in json.loads(the_return(shop, "2025-07").gstr1.text())
    august = json.loads(the_return(shop, "2025-08").gstr1.text())
    # Both rows of June are told whole: Kerala has one sale now, Tamil Nadu one left.
    assert {
        (row["omon"], row["pos"]): (row["itms"][0]["txval"], row["itms"][0]["iamt"])
        for row in august["b2csa"]
    } == {("062025", "32"): (1000, 180), ("062025", "33"): (1000, 180)}


@pytest.mark.parametrize(
    ("law", "buyer", "correction", "refusal"),
    [
        (
            "CGST Act s.77, IGST Act s.19: the heads would be others",
            {"state": "Maharashtra", "gstin": MUMBAI},
            {"gstin": BENGALURU},
            NotAmendable,
        ),
        (
            "IGST Act s.12(2)(a): the place is where the registered buyer is",
            {"state": "Maharashtra", "gstin": MUMBAI},
            {"gstin": PUNE, "place": "33"},
            NotAmendable,
        ),
        ("form GSTR-1: b2cs to b2b", {"state": "Maharashtra"}, {"gstin": PUNE}, NotAmendable),
        ("an export", {"state": None, "country": "US"}, {"gstin": PUNE}, NotAmendable),
        ("IGST Act s.2(6)", {"state": "Tamil Nadu"}, {"place": "96"}, NotAmendable),
        ("no state", {"state": "Tamil Nadu"}, {"place": "00"}, NotAmendable),
        (
            "CGST Rules, rule 10",
            {"state": "Tamil Nadu"},
            {"gstin": MUMBAI[:-1] + "A"},
            InvalidGstin,
        ),
        ("as it is", {"state": "Tamil Nadu"}, {"place": "33"}, NothingAmended),
    ],
)
def test_what_no_amendment_tells_is_refused(
    world: World,
    shop: Shop,
    law: str,
    buyer: dict[str, Any],
    correction: dict[str, str],
    refusal: type[Refusal],
) -> None:
    abroad: dict[str, Any] = {"currency": "USD", "zone": "UTC"} if "country" in buyer else {}
    one = shop.customer("One", **buyer, **abroad)
    one.subscribes_to("Pro")
    shop.rows("update invoices set exchange_rate = 85 where currency = 'USD' returning 1")
    world.wait_until("2025-07-05")
    files(shop, "2025-06")
    with pytest.raises(refusal):
        amends(shop, one.invoices[0].id, **correction)


def test_a_large_consumer_keeps_its_place_and_a_year_its_end(world: World, shop: Shop) -> None:
    large = shop.customer("Large", state="Tamil Nadu", card=None)
    large.subscribes_to("Large", pays_by="invoice", days_to_pay=60)
    world.wait_until("2025-07-05")
    files(shop, "2025-06")
    with pytest.raises(NotAmendable, match="table 9A"):
        amends(shop, large.invoices[0].id, place="32")
    # CGST Act s.37(3), proviso: 30 November 2026 is the last day for 2025-26.
    world.now = at("2026-12-01")
    with pytest.raises(AmendmentTooLate):
        amends(shop, large.invoices[0].id, place="32")


def test_what_blocks_a_return_keeps_it_from_being_filed(world: World, shop: Shop) -> None:
    jane = shop.customer("Jane", country="US", state=None, currency="USD", zone="UTC")
    jane.subscribes_to("Pro")
    world.wait_until("2025-07-05")
    told = the_return(shop, "2025-06")
    assert found(told, "rupee_value_missing").documents == (jane.invoices[0].id,)
    with pytest.raises(ReturnBlocked, match="rule 34"):
        files(shop, "2025-06")
    shop.rows("update invoices set exchange_rate = 85 where currency = 'USD' returning 1")
    files(shop, "2025-06")


def test_who_files_another_form_or_none_files_no_gstr_1(world: World, shop: Shop) -> None:
    world.wait_until("2025-07-05")
    shop.registers(scheme=Scheme.COMPOSITION)
    with pytest.raises(FilesNoGstr1, match="CMP-08"):
        files(shop, "2025-06")
    without = world.shop("Corner Shop", registered=False)
    with pytest.raises(FilesNoGstr1, match="no GSTIN"):
        the_return(without, "2025-06")


def test_the_place_of_an_advance_is_told_anew_by_table_11(world: World, shop: Shop) -> None:
    """Form GSTR-1, table 11 (II): 1,180.00 of Meena's, and 590.00 of another's, in June."""
    meena = shop.customer("Meena", state="Tamil Nadu")
    Wallet.opened(meena, tax_code=SAAS).gets(inr("1,180.00"))
    other = shop.customer("Other", state="Tamil Nadu")
    Wallet.opened(other, tax_code=SAAS).gets(inr("590.00"))
    [(voucher,), _] = shop.rows("select id from vouchers order by id")
    world.wait_until("2025-07-05")
    files(shop, "2025-06")
    with pytest.raises(NotAmendable, match="names no buyers"):
        amends(shop, voucher, gstin=PUNE)
    with pytest.raises(NotAmendable, match="bears the tax of a supply between states"):
        amends(shop, voucher, place="29")  # the seller's own: it would bear other heads
    amends(shop, voucher, place="32")
    july = the_return(shop, "2025-07")
    assert july.findings == ()
    told = json.loads(july.gstr1.text())["ata"]
    # Kerala has 1,000.00 and 180.00 of June now, Tamil Nadu the 500.00 and 90.00 that are left.
    assert {
        (row["omon"], row["pos"]): (row["itms"][0]["ad_amt"], row["itms"][0]["iamt"])
        for row in told
    } == {("062025", "32"): (1000, 180), ("062025", "33"): (500, 90)}
    assert july.gstr3b.exact.igst == 0  # what is owed for June stays what it was


def test_an_advance_of_a_registered_buyer_is_amended_and_given_back_at_its_place(
    world: World, shop: Shop
) -> None:
    """Table 11 nets by place: what goes back in August is told where July's return put it."""
    ravi = shop.customer("Ravi", state="Maharashtra", gstin=MUMBAI)
    Wallet.opened(ravi, tax_code=SAAS).gets(inr("1,180.00"))
    [(voucher,)] = shop.rows("select id from vouchers")
    world.wait_until("2025-07-05")
    files(shop, "2025-06")
    amends(shop, voucher, place="33")
    world.wait_until("2025-08-05")
    files(shop, "2025-07")
    back = RefundAdvance(shop.tenant, new_id(world.now), world.now, voucher, None, "Not needed")
    refund_advance(back, db=shop.db)
    [row] = json.loads(the_return(shop, "2025-08").gstr1.text())["at"]
    assert (row["pos"], row["itms"][0]["ad_amt"], row["itms"][0]["iamt"]) == ("33", -1000, -180)


def test_a_filing_that_was_a_mistake_is_undone_and_its_month_open_again(
    world: World, shop: Shop
) -> None:
    asha = shop.customer("Asha", gstin=BENGALURU, card=None)
    asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    world.wait_until("2025-07-05")
    june = files(shop, "2025-06")
    with pytest.raises(PeriodFiled):
        asha.invoices[0].is_voided()
    undone(shop, june)
    with pytest.raises(NotFound):
        undone(shop, june)
    assert the_return(shop, "2025-06").filed is None
    asha.invoices[0].is_voided()
    assert shop.rows("select period::text, arn, reason from filing_undos") == [
        ("2025-06-01", ARN, "The ARN is of another month")
    ]
    assert the_return(shop, "2025-06").gstr3b.exact.igst == 0
    files(shop, "2025-06", arn="AA290725009999X")


def test_what_later_returns_rest_on_stays_filed(world: World, shop: Shop) -> None:
    meena = shop.customer("Meena", state="Tamil Nadu")
    meena.subscribes_to("Pro").is_canceled()
    world.wait_until("2025-08-05")
    june = files(shop, "2025-06")
    july = files(shop, "2025-07")
    with pytest.raises(FilingStands, match="2025-07 was filed after 2025-06"):
        undone(shop, june)
    undone(shop, july)
    amends(shop, meena.invoices[0].id, place="32")
    with pytest.raises(FilingStands, match="tells something of 2025-06 anew"):
        undone(shop, june)


def undone(shop: Shop, filed: UUID) -> None:
    reason = "The ARN is of another month"
    undo_filing(UndoFiling(shop.tenant, filed, shop.world.now, reason), db=shop.db)


def test_nobody_opens_a_month_of_another(world: World, shop: Shop) -> None:
    """The function that takes a filing away runs as the tables' owner, behind the same wall."""
    stranger = world.shop("Stranger")
    clock = SetTestClock(stranger.tenant, new_id(world.now), world.now)
    set_test_clock(clock, db=stranger.db)
    world.wait_until("2025-07-05")
    june = files(shop, "2025-06")
    with pytest.raises(NotFound):
        undone(stranger, june)
    stranger.rows("select undo_filing(%(id)s, 'x', now())", id=june)
    assert the_return(shop, "2025-06").filed is not None
    assert stranger.rows("select id from filing_undos") == []
