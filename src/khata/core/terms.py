"""Terms: who sells to whom on a day, and the tax that follows; decided once for many invoices."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from khata.core.registration import DEFAULT_SERIES
from khata.core.tax.gst import Head, heads, nature_of
from khata.core.tax.gstin import is_uin
from khata.core.tax.hsn_digits import check_digits
from khata.core.tax.levies import levy_of
from khata.core.tax.nature import Nature, TaxClass
from khata.core.tax.parties import Buyer, Seller
from khata.core.tax.place_of_supply import (
    Supply,
    SupplyKind,
    Treatment,
    check_deemed,
    decide_supply,
)
from khata.core.tax.tenant_facts import NO_FACTS, TenantFacts


@dataclass(frozen=True, slots=True)
class SellerTerms:
    """A registration: its party, its tax side, and the pattern of its invoice numbers.

    In live mode its invoices are real, and must say all that the law asks for.
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
    _heads: dict[tuple[str, TaxClass], tuple[Head, ...]] = field(
        default_factory=dict, compare=False
    )

    def heads_of(self, tax_code: str, tax_class: TaxClass = TaxClass.STANDARD) -> tuple[Head, ...]:
        """Return the taxes of a tax code: of GST, then of another state.

        Raises: UnknownTaxCode, TaxCodeTooShort.
        """
        found = self._heads.get((tax_code, tax_class))
        if found is None:
            found = self._decided(tax_code, tax_class)
            if self.supply.levy is not None:
                found += self.supply.levy.heads
            self._heads[tax_code, tax_class] = found
        return found

    def _decided(self, tax_code: str, tax_class: TaxClass) -> tuple[Head, ...]:
        if self.supply.kind is not SupplyKind.OUT_OF_SCOPE:
            check_digits(tax_code, self.facts.digits_asked(self.on))
            check_deemed(self.buyer, tax_code)
        supply = self.supply
        if self.is_reversed(tax_class):
            supply = replace(supply, treatment=Treatment.REVERSE_CHARGE)
        return heads(supply, tax_code, on=self.on, tax_class=tax_class, own=self.facts.rates)

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

    def nature_of(self, tax_code: str, tax_class: TaxClass = TaxClass.STANDARD) -> Nature:
        """Return whether a tax code can bear tax at all. Raises: UnknownTaxCode."""
        own = self.facts.rates
        return nature_of(self.supply, tax_code, on=self.on, tax_class=tax_class, own=own)

    def beyond(self, net: int, currency: str) -> "Terms | None":
        """Return the terms of a sale that crosses a threshold, or None where it does not.

        Only euros are counted. Source: Directive 2006/112/EC, article 59c(2).
        """
        levy = self.supply.levy
        if levy is None or levy.beyond is None or currency != "EUR" or net <= levy.beyond.room:
            return None
        return replace(self, supply=replace(self.supply, levy=levy.beyond.levy), _heads={})

    def tax_share(self, tax_code: str, tax_class: TaxClass = TaxClass.STANDARD) -> tuple[int, int]:
        """Return the whole tax as a fraction of the net, numerator and denominator."""
        numerator, denominator = 0, 1
        for head in self.heads_of(tax_code, tax_class):
            numerator = numerator * head.denominator + head.numerator * denominator
            denominator *= head.denominator
        return numerator, denominator


class TermsOfDay:
    """The terms of one day's decisions: each kind of buyer is decided once, then remembered."""

    def __init__(self, on: date, sellers: Callable[[UUID], SellerTerms]) -> None:
        self._on = on
        self._sellers = sellers
        self._supplies: dict[
            tuple[UUID, Buyer], tuple[Supply, dict[tuple[str, TaxClass], tuple[Head, ...]]]
        ] = {}

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
            levy = levy_of(seller.seller, buyer, on=self._on, provider=seller.facts.provider)
            known = (replace(supply, levy=levy) if levy else supply, {})
            self._supplies[key] = known
        supply, found = known
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
            _heads=found,
        )
