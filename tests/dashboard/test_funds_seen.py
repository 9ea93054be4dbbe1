"""Credit notes, coupons and wallets on the pages: to be read, made, archived and topped up."""

import re

import pytest

from khata.core.ids import public_id
from tests.dashboard.funds import Funds, funds_of
from tests.dashboard.test_figures import told
from tests.dashboard.test_pages import whole
from tests.dashboard.trading import Trade
from tests.dashboard.visitor import Visitor, form_of
from tests.dashboard.world import PASSWORD, World


@pytest.fixture
def funds(world: World, trade: Trade) -> Funds:
    return funds_of(world, trade)


def addresses(funds: Funds) -> list[str]:
    return [
        "/dashboard/credit-notes",
        f"/dashboard/credit-notes/{public_id('cn', funds.note)}",
        "/dashboard/coupons",
        "/dashboard/coupons/new",
        f"/dashboard/coupons/{public_id('cou', funds.coupon)}",
        f"/dashboard/wallets/{public_id('wal', funds.wallet)}",
    ]


def test_every_page_is_whole_and_what_was_typed_is_text(trade: Trade, funds: Funds) -> None:
    for path in addresses(funds):
        answer = trade.owner.get(path)
        assert answer.status_code == 200, path
        whole(answer.text)
        assert "<script>alert" not in answer.text


def test_another_shops_things_do_not_exist(trade: Trade, funds: Funds, world: World) -> None:
    stranger = world.visitor()
    stranger.sign_in(world.opens_shop("Other Shop").email, PASSWORD)
    for path in addresses(funds):
        if re.search(r"/(cn|cou|wal)_", path):
            assert stranger.get(path).status_code == 404, path
        else:
            assert "TEA10" not in stranger.get(path).text


def test_a_note_tells_what_it_takes_back_and_why(trade: Trade, funds: Funds) -> None:
    """All of 1,000.00 with 18 %: the invoice was paid, so 1,180.00 are credit."""
    path = f"/dashboard/credit-notes/{public_id('cn', funds.note)}"
    text = told(trade.owner.get(path).text)
    assert "CN/25-26/00001" in text
    assert f"₹1,180.00 of {trade.paid.number}" in text
    assert "Credit for Premium" in text
    assert "CGST 9 % of ₹1,000.00 = ₹90.00." in text
    assert "To the customer&#39;s credit ₹1,180.00" in text
    assert "Deferred revenue Receivable ₹1,000.00" in text
    assert "CN/25-26/00001" in told(trade.owner.get("/dashboard/credit-notes?q=asha").text)
    assert "No credit notes here" in trade.owner.get("/dashboard/credit-notes?q=nobody").text


def test_its_pdf_is_behind_the_link_of_the_invoice_and_no_other(
    trade: Trade, funds: Funds, visitor: Visitor
) -> None:
    name = public_id("cn", funds.note)
    page = visitor.get(trade.hosted(trade.paid)).text
    assert "CN/25-26/00001" in told(page)
    address = f"{trade.hosted(trade.paid)}/notes/{name}/pdf"
    assert address in page
    answer = visitor.get(address)
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    assert visitor.get(f"{trade.hosted(trade.declined)}/notes/{name}/pdf").status_code == 404
    assert visitor.get(f"{trade.hosted(trade.paid)}/notes/cn_x/pdf").status_code == 404


def test_notes_stand_beside_their_invoice_customer_and_subscription(
    trade: Trade, funds: Funds
) -> None:
    link = f'href="/dashboard/credit-notes/{public_id("cn", funds.note)}"'
    for path in (
        f"/dashboard/invoices/{public_id('inv', trade.paid.id)}",
        f"/dashboard/customers/{public_id('cus', trade.asha)}",
    ):
        assert link in trade.owner.get(path).text, path


def test_a_customer_shows_credit_wallets_and_discounts(trade: Trade, funds: Funds) -> None:
    path = f"/dashboard/customers/{public_id('cus', trade.asha)}"
    paper = trade.owner.get(f"{path}/statement.pdf")
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
    text = told(trade.owner.get(path).text)
    assert "Credit balance ₹1,180.00" in text
    assert "Prepaid no ₹300.00" in text
    assert "TEA10 10 % for ever In force ₹0.00" in text


def test_a_subscription_shows_what_lowers_it(trade: Trade, funds: Funds) -> None:
    path = f"/dashboard/subscriptions/{public_id('sub', trade.subscription)}"
    assert "TEA10 10 % for ever In force" in told(trade.owner.get(path).text)


def test_a_coupon_tells_its_terms_and_who_redeemed_it(trade: Trade, funds: Funds) -> None:
    path = f"/dashboard/coupons/{public_id('cou', funds.coupon)}"
    page = trade.owner.get(path).text
    text = told(page)
    assert "Usable 10 %, for ever" in text
    assert "Asha Traders one subscription" in text
    assert "TEA10 Tea week 10 % for ever" in told(trade.owner.get("/dashboard/coupons").text)
    archived = trade.owner.post(
        "/dashboard/coupons/archive", form=form_of(page), name=public_id("cou", funds.coupon)
    )
    assert archived.headers["location"] == path
    text = told(trade.owner.get(path).text)
    assert "it was archived on 2 Feb 2026; what it became goes on" in text
    assert "Archive</button>" not in trade.owner.get(path).text
    assert "TEA10" in trade.owner.get("/dashboard/coupons?status=archived").text
    assert "TEA10" not in trade.owner.get("/dashboard/coupons?status=usable").text


def making(owner: Visitor, **fields: str) -> tuple[int, str]:
    form = form_of(owner.get("/dashboard/coupons/new").text)
    answer = owner.post("/dashboard/coupons", form=form, **fields)
    if answer.status_code == 303:
        return 303, told(owner.get(answer.headers["location"]).text)
    return answer.status_code, answer.text


def test_a_coupon_is_made(trade: Trade) -> None:
    status, text = making(
        trade.owner, code="LAUNCH", off="amount", value="1,000.50", lasts="months", months="3",
        most="100", each="1", expires_on="2026-03-31",
    )  # fmt: skip
    assert status == 303
    assert "₹1,000.50, for 3 months" in text
    assert "0 times of 100, each customer at most 1" in text
    assert "until 31 Mar 2026" in text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"code": "no blank"}, "A code has up to 60 letters"),
        ({"value": "0"}, "A percent is above 0"),
        ({"value": "101"}, "A percent is above 0"),
        ({"value": "1e3"}, "A percent is above 0"),
        ({"value": ""}, "Give a percent or an amount"),
        ({"off": "amount", "value": "10.005"}, "That is not an amount in INR"),
        ({"off": "amount", "value": "-1"}, "That is not an amount in INR"),
        ({"lasts": "months"}, "lasts so many months"),
        ({"lasts": "months", "months": "121"}, "Type a whole number from 1 to 120"),
        ({"most": "many"}, "Type a whole number"),
        ({"expires_on": "2026-02-30"}, "That is not a day"),
    ],
)
def test_what_is_no_coupon_gets_a_sentence_and_nothing_is_stored(
    trade: Trade, fields: dict[str, str], sentence: str
) -> None:
    status, page = making(trade.owner, **({"code": "X1", "off": "percent", "value": "10"} | fields))
    assert status == 400
    assert sentence in page
    whole(page)
    assert "No coupons here" in trade.owner.get("/dashboard/coupons").text


def test_a_code_that_is_taken_is_told(trade: Trade, funds: Funds) -> None:
    status, page = making(trade.owner, code="tea10", off="percent", value="5")
    assert (status, "There is a coupon" in page) == (409, True)


def topped(owner: Visitor, wallet: str, **fields: str) -> tuple[int, str]:
    path = f"/dashboard/wallets/{wallet}"
    answer = owner.post(path, form=form_of(owner.get(path).text), **fields)
    if answer.status_code == 303:
        return 303, told(owner.get(path).text)
    return answer.status_code, answer.text


def test_a_wallet_is_opened_and_topped_up(trade: Trade) -> None:
    page = trade.owner.get(f"/dashboard/customers/{public_id('cus', trade.asha)}").text
    opened = trade.owner.post(
        "/dashboard/wallets", form=form_of(page), customer=public_id("cus", trade.asha), name="Tea"
    )
    wallet = opened.headers["location"].rpartition("/")[2]
    status, text = topped(trade.owner, wallet, amount="500", how="charge")
    assert status == 303
    assert "Balance ₹500.00" in text
    assert re.search(r"Topped up by INV/25-26/\d+ 2 Feb 2026, 12:00 ₹500.00 ₹500.00", text)
    status, text = topped(
        trade.owner, wallet, amount="100.50", how="granted", expires_on="2026-03-31", name="Welcome"
    )
    assert "Balance ₹600.50" in text
    assert "Welcome ₹100.50, granted 2 Feb 2026 after 31 Mar 2026 ₹100.50" in text
    status, text = topped(trade.owner, wallet, amount="50", how="invoice")
    assert "₹50.00 comes into it when its invoice is paid." in text
    assert "Balance ₹600.50" in text


def test_a_wallet_for_one_service_shows_its_vouchers(trade: Trade) -> None:
    """500.00 × 9 ÷ 118 = 38.1356, twice: 76.28 in all."""
    page = trade.owner.get(f"/dashboard/customers/{public_id('cus', trade.asha)}").text
    opened = trade.owner.post(
        "/dashboard/wallets",
        form=form_of(page),
        customer=public_id("cus", trade.asha),
        name="Advances",
        tax_code="998314",
    )
    wallet = opened.headers["location"].rpartition("/")[2]
    assert "No advance has come yet." in trade.owner.get(opened.headers["location"]).text
    status, text = topped(trade.owner, wallet, amount="500", how="charge")
    assert (status, "Advances for 998314" in text) == (303, True)
    assert re.search(r"RV/25-26/\d+ 2 Feb 2026 Received ₹76.28 ₹500.00 ₹500.00", text)
    refused = trade.owner.post(
        "/dashboard/wallets",
        form=form_of(page),
        customer=public_id("cus", trade.asha),
        tax_code="8523",
    )
    assert refused.status_code == 400
    assert "66/2017-CT" in refused.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"amount": ""}, "Say how much"),
        ({"amount": "0"}, "An amount is above zero"),
        ({"amount": "lots"}, "That is not an amount in INR"),
        ({"amount": "10", "expires_on": "2026-01-01"}, "2026-01-01 is over"),
    ],
)
def test_a_top_up_that_cannot_be_gets_a_sentence(
    trade: Trade, funds: Funds, fields: dict[str, str], sentence: str
) -> None:
    status, page = topped(trade.owner, public_id("wal", funds.wallet), **fields)
    assert (status, sentence in page) == (400, True)
    whole(page)


def test_forms_of_strangers_do_nothing(trade: Trade, funds: Funds) -> None:
    for path in (
        "/dashboard/coupons",
        "/dashboard/coupons/archive",
        "/dashboard/wallets",
        f"/dashboard/wallets/{public_id('wal', funds.wallet)}",
        "/dashboard/subscription-changes/cancel",
        f"/dashboard/subscriptions/{public_id('sub', trade.subscription)}/cancel",
    ):
        assert trade.owner.post(path, form="0" * 64, amount="1").status_code == 403, path
