"""Stories of a provider of sales tax: a sale to Texas waits for its word. Amounts by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from khata.core.credit_note import Settle
from khata.core.ids import new_id
from khata.core.tax.quotes import Basket, Quote, QuotedTax, TaxInsidePrice, TaxProviderName
from khata.ports.tax_provider import MadeSale, ProviderAway, ProviderRefused, Reversal, TaxProvider
from khata.ports.tax_providers import ChosenProvider
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.invoices.add_invoice_item import AddInvoiceItem, add_invoice_item
from khata.usecases.taxes.choose_tax_provider import ChooseTaxProvider, choose_tax_provider
from khata.usecases.taxes.leave_tax_provider import LeaveTaxProvider, leave_tax_provider
from khata.usecases.taxes.with_quotes import TaxProviderRefused, with_quotes
from tests.scenarios.customer import Customer
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr, usd


class PaperProvider:
    """Says 6.25 % of Texas and 2 % of Houston on each line, or what it is told to say."""

    def __init__(self) -> None:
        self.asked: list[Basket] = []
        self.told: list[MadeSale] = []
        self.taken_back: list[Reversal] = []
        self.says: Exception | None = None
        self.loses_tellings = 0

    def of(self, chosen: ChosenProvider) -> TaxProvider:
        return self

    def quote(self, basket: Basket) -> Quote:
        self.asked.append(basket)
        if self.says is not None:
            raise self.says
        lines = tuple(
            (
                QuotedTax("TX Texas", "6.25", line.amount, round(line.amount * 6.25 / 100)),
                QuotedTax("TX Houston", "2", line.amount, round(line.amount * 2 / 100)),
            )
            for line in basket.lines
        )
        until = datetime(2026, 1, 1, tzinfo=UTC)
        number = f"taxcalc_{len(self.asked)}"
        return Quote(basket.key, number, lines, ("TX Texas standard_rated",), until)

    def record(self, sale: MadeSale) -> str:
        self.told.append(sale)
        if self.loses_tellings:
            self.loses_tellings -= 1
            raise ProviderAway("ReadTimeout")
        return f"tax_{sale.invoice}"

    def reverse(self, reversal: Reversal) -> str:
        self.taken_back.append(reversal)
        return f"tax_{reversal.note}"


@pytest.fixture
def paper(world: World) -> PaperProvider:
    provider = PaperProvider()
    world.engine = replace(world.engine, tax_providers=provider)
    return provider


@pytest.fixture
def shop(world: World, paper: PaperProvider) -> Shop:
    """A shop in Karnataka under an LUT, with a plan at 100.00 dollars, that asks Stripe Tax."""
    shop = world.shop(state="Karnataka", round_off="none")
    shop.sells("Pro", at=[inr("1000.00"), usd("100.00")])
    shop.has_lut("AD29", begins="2025-04-01", ends="2026-03-31")
    chooses(shop)
    world.today_is("2025-06-01")
    return shop


def chooses(shop: Shop, provider: TaxProviderName = TaxProviderName.STRIPE_TAX) -> None:
    command = ChooseTaxProvider(
        shop.tenant, shop.world.now, provider, "pretend-key", "txcd_10103001"
    )
    choose_tax_provider(command, tools=shop.world.engine.gateway_tools(shop.db))


def texan(shop: Shop) -> Customer:
    customer = shop.customer("Travis", state=None, country="US", currency="USD")
    shop.rows("update customers set state = 'TX' where id = %(id)s returning 1", id=customer.id)
    return customer


def states(shop: Shop) -> list[str]:
    return [row[0] for row in shop.rows("select state from tax_quotes order by id")]


def test_a_renewal_waits_for_the_provider_and_is_billed_with_its_word(
    world: World, shop: Shop, paper: PaperProvider
) -> None:
    """6.25 % of 100.00 is 6.25 and 2 % is 2.00; the day's other customer is billed as ever."""
    shop.customer("Asha").subscribes_to("Pro", starts="2025-06-10")
    texan(shop).subscribes_to("Pro", starts="2025-06-10")
    world.wait_until("2025-06-11")
    assert shop.parked == []
    abroad = next(one for one in shop.invoices if one.total == usd("108.25"))
    assert abroad.taxes == [("IGST", "18", 0), ("TX Texas", "6.25", 625), ("TX Houston", "2", 200)]
    assert ("invoice_issued", "receivable", "sales_tax_payable", 625) in abroad.entries
    assert ("invoice_issued", "receivable", "sales_tax_payable", 200) in abroad.entries
    assert sorted(one.total.amount for one in shop.invoices) == [10825, 118000]
    [basket] = paper.asked
    assert (basket.state, basket.on, basket.currency) == ("TX", date(2025, 6, 10), "USD")
    assert [line.amount for line in basket.lines] == [10000]
    [levy] = [row[0] for row in shop.rows("select levy from invoices where currency = 'USD'")]
    assert levy["law"] == "Stripe Tax, calculation taxcalc_1"
    assert "TX Texas standard_rated" in levy["reason"]
    [sale] = paper.told  # and the provider was told of it, once
    assert sale.quote.reference == "taxcalc_1"
    assert states(shop) == ["recorded"]
    assert shop.books_balance()


def test_a_credit_note_takes_the_same_share_of_what_the_provider_said(
    world: World, shop: Shop, paper: PaperProvider
) -> None:
    """A quarter of 100.00: 25.00, of 6.25 it is 1.5625, rounded 1.56, and of 2.00 it is 0.50."""
    texan(shop).subscribes_to("Pro", starts="2025-06-10")
    world.wait_until("2025-06-11")
    [invoice] = shop.invoices
    [(line,)] = shop.rows("select id from invoice_lines where invoice_id = %(id)s", id=invoice.id)
    id = new_id(world.now)
    note = CreditInvoice(
        shop.tenant, id, world.now, invoice.id, "Discount", [(line, 2500)], Settle.NONE
    )
    credit_invoice(note, db=shop.db)
    taxes = shop.rows("select name, amount from credit_note_taxes order by position")
    assert taxes == [("IGST", 0), ("TX Texas", 156), ("TX Houston", 50)]
    assert len(paper.asked) == 1
    world.wait_until("2025-06-12")
    [told] = paper.taken_back  # once, against the sale as the provider calls it
    assert (told.net, told.tax) == (2500, 206)
    assert told.recorded_as == f"tax_{told.invoice}"
    assert shop.rows("select state from tax_reversals") == [("recorded",)]
    assert shop.books_balance()


def test_a_provider_that_is_away_is_asked_again_and_holds_nobody_up(
    world: World, shop: Shop, paper: PaperProvider
) -> None:
    shop.customer("Asha").subscribes_to("Pro", starts="2025-06-10")
    texan(shop).subscribes_to("Pro", starts="2025-06-10")
    paper.says = ProviderAway("ReadTimeout")
    world.wait_until("2025-06-10")
    [(code, reason)] = shop.parked
    assert code == "tax_quote_needed"
    assert reason.startswith("Waiting for tax from Stripe Tax")
    assert "ReadTimeout" in reason
    assert [one.total for one in shop.invoices] == [inr("1180.00")]  # Asha's
    told = shop.rows("select 1 from events where type = 'subscription.parked'")
    assert told == []  # it goes on by itself
    paper.says = None
    world.wait_until("2025-06-11")
    assert shop.parked == []
    assert usd("108.25") in [one.total for one in shop.invoices]
    assert paper.asked[-1].on >= date(2025, 6, 10)


def test_a_provider_that_refuses_is_named_on_what_waits_until_a_person_releases_it(
    world: World, shop: Shop, paper: PaperProvider
) -> None:
    texan(shop).subscribes_to("Pro", starts="2025-06-10")
    paper.says = ProviderRefused("customer_tax_location_invalid", "The address is not valid")
    world.wait_until("2025-06-12")
    [(code, reason)] = shop.parked
    assert code == "tax_provider_refused"
    assert "The address is not valid (customer_tax_location_invalid)" in reason
    assert len(paper.asked) == 1  # the same question would bring the same answer
    assert shop.invoices == []
    paper.says = None
    shop.releases()
    world.wait_until("2025-06-13")
    assert shop.parked == []
    assert [one.total for one in shop.invoices] == [usd("108.25")]


def test_an_item_billed_at_once_is_asked_about_outside_of_the_transaction(
    world: World, shop: Shop, paper: PaperProvider
) -> None:
    """6.25 % of 20.00 is 1.25 and 2 % is 0.40."""
    travis = texan(shop)

    def bills(amount: int) -> None:
        id, at = new_id(world.now), world.now
        command = AddInvoiceItem(
            shop.tenant, id, at, travis.id, "Setup", "998314", amount, "USD", is_now=True
        )
        with_quotes(
            lambda: add_invoice_item(command, tools=world.engine.tools, db=shop.db),
            tenant=shop.tenant,
            at=at,
            db=shop.db,
            providers=paper,
        )

    bills(2000)
    assert [one.total for one in shop.invoices] == [usd("21.65")]
    bills(2000)  # the same once more is another sale, with a quote of its own
    assert len(paper.asked) == 2
    assert [one.total for one in shop.invoices] == [usd("21.65")] * 2
    paper.says = ProviderRefused("invalid_zip", "No such postal code")
    with pytest.raises(TaxProviderRefused, match="No such postal code"):
        bills(3000)
    assert len(shop.invoices) == 2
    assert shop.rows("select 1 from invoice_items where unit_amount = 3000") == []


def test_a_telling_whose_answer_was_lost_is_told_again(
    world: World, shop: Shop, paper: PaperProvider
) -> None:
    paper.loses_tellings = 1
    texan(shop).subscribes_to("Pro", starts="2025-06-10")
    world.wait_until("2025-06-11")
    first, second = paper.told
    assert first == second
    assert states(shop) == ["recorded"]
    assert len(shop.invoices) == 1


def test_a_void_sale_is_taken_back_once_and_whole(
    world: World, shop: Shop, paper: PaperProvider
) -> None:
    """108.25 was sold and told; voided, all of it is taken back: 100.00 and 8.25 of tax."""
    travis = texan(shop)
    travis.subscribes_to("Pro", starts="2025-06-10", pays_by="hand", days_to_pay=30)
    world.wait_until("2025-06-11")
    assert states(shop) == ["recorded"]
    travis.latest_invoice.is_voided()
    world.wait_until("2025-06-13")
    [back] = paper.taken_back
    [sold] = paper.told
    assert (back.net, back.tax, back.invoice) == (100_00, 8_25, sold.invoice)
    assert (back.note, back.recorded_as) == (f"{sold.invoice}_void", f"tax_{sold.invoice}")
    assert states(shop) == ["unrecorded"]


def test_a_sale_voided_before_the_provider_knew_is_never_told(
    world: World, shop: Shop, paper: PaperProvider
) -> None:
    travis = texan(shop)
    travis.subscribes_to("Pro", starts="2025-06-10", pays_by="hand", days_to_pay=30)
    world.wait_until("2025-06-11")
    paper.told.clear()
    shop.rows(  # as if the day's work had not come to it yet
        "update tax_quotes set state = 'used', recorded_as = null, tries = 0,"
        " next_try_at = created_at returning 1"
    )
    travis.latest_invoice.is_voided()
    world.wait_until("2025-06-13")
    assert (paper.told, paper.taken_back, states(shop)) == ([], [], ["unrecorded"])


def test_a_void_while_the_answer_about_the_sale_is_lost_is_told_after_it(
    world: World, shop: Shop, paper: PaperProvider
) -> None:
    """The provider may know the sale: it is told of it again, which is once, then of its end."""
    paper.loses_tellings = 100
    travis = texan(shop)
    travis.subscribes_to("Pro", starts="2025-06-10", pays_by="hand", days_to_pay=30)
    world.wait_until("2025-06-11")
    assert states(shop) == ["used"]
    travis.latest_invoice.is_voided()
    paper.loses_tellings = 0
    world.wait_until("2025-06-13")
    assert {one.invoice for one in paper.told} == {paper.taken_back[0].invoice}
    assert len(paper.taken_back) == 1
    assert states(shop) == ["unrecorded"]


def test_another_provider_or_none_decides_anew_what_waits(
    world: World, shop: Shop, paper: PaperProvider
) -> None:
    texan(shop).subscribes_to("Pro", starts="2025-06-10")
    paper.says = ProviderAway("ReadTimeout")
    world.wait_until("2025-06-10")
    chooses(shop, TaxProviderName.TAXJAR)
    paper.says = None
    world.wait_until("2025-06-12")
    assert paper.asked[-1].provider is TaxProviderName.TAXJAR
    assert [one.total for one in shop.invoices] == [usd("108.25")]
    leave_tax_provider(LeaveTaxProvider(shop.tenant, world.now), db=shop.db)
    world.wait_until("2025-07-11")
    # No nexus is listed and nobody is asked: as before there was a provider.
    assert [one.total for one in shop.invoices] == [usd("108.25"), usd("100.00")]


def test_an_inclusive_price_is_refused_by_name(
    world: World, shop: Shop, paper: PaperProvider
) -> None:
    shop.sells("All in", at=usd("100.00"), tax_inside=True)
    with pytest.raises(TaxInsidePrice, match="tax inside"):
        texan(shop).subscribes_to("All in")
    assert shop.invoices == []
    assert paper.asked == []
