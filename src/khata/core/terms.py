"""Terms: who sells to whom on a day, and the tax that follows; decided once for many invoices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from khata.core.charge import Charge
from khata.core.e_invoice.applicability import SellerStanding
from khata.core.e_invoice.duty import EInvoiceDuty
from khata.core.registration import DEFAULT_SERIES
from khata.core.tax.gst import Head, gross_share, heads, nature_of
from khata.core.tax.gstin import is_uin
from khata.core.tax.hsn_digits import check_digits
from khata.core.tax.levies import levy_of
from khata.core.tax.levy import Levy, Regime
from khata.core.tax.nature import Nature, TaxClass
from khata.core.tax.parties import Buyer, Seller
from khata.core.tax.place_of_supply import (
    Supply,
    SupplyKind,
    Treatment,
    check_deemed,
    decide_supply,
)
from khata.core.tax.rate_changes import RateDecision, decide_rate, is_steady
from khata.core.tax.tenant_facts import NO_FACTS, TenantFacts
from khata.core.tax.vat import NO_RATE, NOT_COUNTED

# The advances that a customer has left in a currency, the oldest first: day and minor units.
Advances = Callable[[UUID, str], Sequence[tuple[date, int]]]
_Known = dict[tuple[str, TaxClass, date], tuple[Head, ...]]
_Decided = dict[tuple[str, date, date, bool], RateDecision | None]
_EARLY = timedelta(days=366)  # how long before its invoice an advance is looked for
_NEAR = timedelta(days=800)  # about an invoice: its period, payment and advances are within it


def no_advances(customer_id: UUID, currency: str) -> Sequence[tuple[date, int]]:
    """Say that nothing was paid before."""
    return ()


@dataclass(frozen=True, slots=True)
class SellerTerms:
    """A registration: its party, its tax side, and the pattern of its invoice numbers.

    In live mode its invoices are real, and must say all that the law asks for. `e_invoices` is
    set where they have to be registered at a portal, `above` where the seller's turnover is above
    the threshold of that, exempt or not.
    """

    registration_id: UUID
    party_id: UUID
    seller: Seller
    series: str
    livemode: bool = False
    credit_series: str = DEFAULT_SERIES["credit_note"]
    bill_series: str = DEFAULT_SERIES["bill_of_supply"]
    facts: TenantFacts = NO_FACTS
    request_series: str = DEFAULT_SERIES["payment_request"]
    commercial_series: str = DEFAULT_SERIES["commercial_credit_note"]
    e_invoices: EInvoiceDuty | None = field(default=None, compare=False)
    above: SellerStanding | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Terms:
    """One seller and one buyer on one day. `supply` is the decision on place and treatment.

    Where another customer pays, the buyer is that one: `payer_id`; `for_whom` is then the name
    of the customer whose subscription it is.
    """

    seller: Seller
    buyer: Buyer
    seller_party_id: UUID
    buyer_party_id: UUID
    series: str
    supply: Supply
    on: date
    livemode: bool
    credit_series: str
    payer_id: UUID | None = None
    for_whom: str | None = None
    bill_series: str = DEFAULT_SERIES["bill_of_supply"]
    facts: TenantFacts = NO_FACTS
    commercial_series: str = DEFAULT_SERIES["commercial_credit_note"]
    advances: Advances = field(default=no_advances, compare=False)
    e_invoices: EInvoiceDuty | None = field(default=None, compare=False)
    above: SellerStanding | None = field(default=None, compare=False)
    _heads: _Known = field(default_factory=dict, compare=False)
    _rates: _Decided = field(default_factory=dict, compare=False)

    def heads_of(
        self, tax_code: str, tax_class: TaxClass = TaxClass.STANDARD, on: date | None = None
    ) -> tuple[Head, ...]:
        """Return the taxes of a tax code: of GST, then of another state.

        `on` is the day whose rates of GST they have, where it is not that of the terms.
        Raises: UnknownTaxCode, TaxCodeTooShort.
        """
        on = on or self.on
        found = self._heads.get((tax_code, tax_class, on))
        if found is None:
            found = self._decided(tax_code, tax_class, on)
            if self.supply.levy is not None:
                found += _beside(found, self.supply.levy)
            self._heads[tax_code, tax_class, on] = found
        return found

    def rate_decision(
        self, charge: Charge, *, paid_on: date, is_paid: bool = False
    ) -> RateDecision | None:
        """Return which day's rate a charge bears, where the rate changes around its invoice.

        What a period is charged for is supplied with its last day. None: no change.
        """
        supplied_on = max(charge.period.start, charge.period.end - timedelta(days=1))
        if supplied_on == self.on == paid_on or charge.tax_class.nature is not Nature.TAXABLE:
            return None
        if self.supply.treatment in _WITHOUT_RATE:
            return None
        key = (charge.tax_code, supplied_on, paid_on, is_paid)
        if key not in self._rates:
            self._rates[key] = decide_rate(
                charge.tax_code,
                supplied_on=supplied_on,
                invoiced_on=self.on,
                paid_on=paid_on,
                is_paid=is_paid,
                own=self.facts.rates,
            )
        return self._rates[key]

    def rates_are_steady(self, charges: Sequence[Charge], *, paid_on: date) -> bool:
        """Say whether no rate of these changes anywhere near: most invoices, at a glance.

        Then `rate_decision` says nothing of any of them, whenever within a year it was paid.
        """
        first, last = self.on - _NEAR, self.on + _NEAR
        if paid_on > last:
            return False
        own = self.facts.rates
        return all(
            first <= one.period.start
            and one.period.end <= last
            and is_steady(one.tax_code, first=first, last=last, own=own)
            for one in charges
        )

    def asks_for_advances(self, charge: Charge) -> bool:
        """Say whether money that came before could be from before a change of the rate."""
        return self.rate_decision(charge, paid_on=self.on - _EARLY, is_paid=True) is not None

    def _decided(self, tax_code: str, tax_class: TaxClass, on: date) -> tuple[Head, ...]:
        if self.supply.kind is not SupplyKind.OUT_OF_SCOPE:
            check_digits(tax_code, self.facts.digits_asked(self.on))
            check_deemed(self.buyer, tax_code)
        supply = self.supply
        if self.is_reversed(tax_class):
            supply = replace(supply, treatment=Treatment.REVERSE_CHARGE)
        return heads(supply, tax_code, on=on, tax_class=tax_class, own=self.facts.rates)

    def is_reversed(self, tax_class: TaxClass) -> bool:
        """Say whether the buyer owes the tax of such a product: one who is registered does.

        Source: CGST Act s.9(3), IGST Act s.5(3): the recipients that the notifications name are
        registered or have to be.
        """
        return (
            tax_class is TaxClass.REVERSE_CHARGE
            and self.supply.treatment is Treatment.TAXABLE
            and self.buyer.gstin is not None
            and not is_uin(self.buyer.gstin)
        )

    def nature_of(
        self, tax_code: str, tax_class: TaxClass = TaxClass.STANDARD, on: date | None = None
    ) -> Nature:
        """Return whether a tax code can bear tax at all, on this day. Raises: UnknownTaxCode."""
        own = self.facts.rates
        return nature_of(self.supply, tax_code, on=on or self.on, tax_class=tax_class, own=own)

    def beyond(self, net: int, currency: str) -> "Terms | None":
        """Return the terms of a sale that crosses a threshold, or None where it does not.

        In another currency than euros the rate of the day counts; where none is on file, the terms
        returned are those below it, and say so. Source: Directive 2006/112/EC, article 59c(2).
        """
        levy = self.supply.levy
        if levy is None or levy.beyond is None:
            return None
        euros = self.facts.in_euros(net, currency, self.on)
        if euros is not None and euros <= levy.beyond.room:
            return None
        after = levy.beyond.levy
        if euros is None:
            why = f"{levy.reason} This sale in {currency} is not counted: {NO_RATE} its day."
            after = replace(levy, warning=NOT_COUNTED, reason=why)
        return replace(self, supply=replace(self.supply, levy=after), _heads={})

    def foreseen(self) -> "Terms":
        """Return the terms as of a day to come, whose rates of exchange nobody knows."""
        return replace(self, facts=replace(self.facts, foreseen=True))

    def tax_share(self, tax_code: str, tax_class: TaxClass = TaxClass.STANDARD) -> tuple[int, int]:
        """Return the whole tax as a fraction of the net, numerator and denominator."""
        return (gross_share(self.heads_of(tax_code, tax_class)) - 1).as_integer_ratio()


def _beside(home: tuple[Head, ...], levy: Levy) -> tuple[Head, ...]:
    """Return the taxes of another state beside those of India, which VAT is on as well.

    Source: Directive 2006/112/EC article 78(a): what is taxable holds the taxes that are charged
    to the customer, but for the VAT itself; VATA 1994 s.19(2): the whole consideration.
    """
    if levy.regime is not Regime.VAT or not any(head.numerator for head in home):
        return levy.heads
    return tuple(replace(head, compound=True) for head in levy.heads)


_WITHOUT_RATE = frozenset({Treatment.OUT_OF_SCOPE, Treatment.COMPOSITION, Treatment.EXEMPT})


class TermsOfDay:
    """The terms of one day's decisions: each kind of buyer is decided once, then remembered."""

    def __init__(
        self,
        on: date,
        sellers: Callable[[UUID], SellerTerms],
        advances: Advances = no_advances,
        *,
        at_home: bool = False,
    ) -> None:
        """`at_home`: India's tax alone is asked about, whatever another state would say."""
        self._on = on
        self._at_home = at_home
        self._advances = advances
        self._sellers = sellers
        self._supplies: dict[tuple[UUID, Buyer], tuple[Supply, _Known, _Decided]] = {}
        # Whom one decision fits has one tax on each code: registered or not, that is found once.
        self._alike: dict[tuple[UUID, Supply, bool, bool], tuple[_Known, _Decided]] = {}

    def of(
        self,
        registration_id: UUID,
        buyer: Buyer,
        buyer_party_id: UUID,
        *,
        payer_id: UUID | None = None,
        for_whom: str | None = None,
    ) -> Terms:
        """Return the terms between this registration and this buyer, who may pay for another.

        Raises: StateRequired and the other refusals of decide_supply and levy_of.
        """
        seller = self._sellers(registration_id)
        key = (registration_id, buyer)
        known = self._supplies.get(key)
        if known is None:
            supply = decide_supply(seller.seller, buyer, on=self._on)
            levy = None
            if not self._at_home:
                provider = seller.facts.provider
                levy = levy_of(seller.seller, buyer, on=self._on, provider=provider)
            supply = replace(supply, levy=levy) if levy else supply
            owes = buyer.gstin is not None and not is_uin(buyer.gstin)
            alike = (registration_id, supply, buyer.deemed_export, owes)
            known = (supply, *self._alike.setdefault(alike, ({}, {})))
            self._supplies[key] = known
        supply, found, rates = known
        return Terms(
            seller=seller.seller,
            buyer=buyer,
            seller_party_id=seller.party_id,
            buyer_party_id=buyer_party_id,
            series=seller.series,
            supply=supply,
            on=self._on,
            livemode=seller.livemode,
            credit_series=seller.credit_series,
            payer_id=payer_id,
            for_whom=for_whom,
            bill_series=seller.bill_series,
            facts=seller.facts,
            commercial_series=seller.commercial_series,
            advances=self._advances,
            e_invoices=seller.e_invoices,
            above=seller.above,
            _heads=found,
            _rates=rates,
        )
