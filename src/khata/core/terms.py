"""Terms: who sells to whom on a day, and the tax that follows; decided once for many invoices."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from khata.core.registration import DEFAULT_SERIES
from khata.core.tax.gst import Head, heads
from khata.core.tax.levies import levy_of
from khata.core.tax.parties import Buyer, Seller
from khata.core.tax.place_of_supply import Supply, decide_supply


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
    _heads: dict[str, tuple[Head, ...]] = field(default_factory=dict, compare=False)

    def heads_of(self, tax_code: str) -> tuple[Head, ...]:
        """Return the taxes of a tax code: of GST, then of another state. Raises: UnknownTaxCode."""
        found = self._heads.get(tax_code)
        if found is None:
            found = heads(self.supply, tax_code, on=self.on)
            if self.supply.levy is not None:
                found += self.supply.levy.heads
            self._heads[tax_code] = found
        return found

    def beyond(self, net: int, currency: str) -> "Terms | None":
        """Return the terms of a sale that crosses a threshold, or None where it does not.

        Only euros are counted. Source: Directive 2006/112/EC, article 59c(2).
        """
        levy = self.supply.levy
        if levy is None or levy.beyond is None or currency != "EUR" or net <= levy.beyond.room:
            return None
        return replace(self, supply=replace(self.supply, levy=levy.beyond.levy), _heads={})

    def tax_share(self, tax_code: str) -> tuple[int, int]:
        """Return the whole tax as a fraction of the net, numerator and denominator."""
        numerator, denominator = 0, 1
        for head in self.heads_of(tax_code):
            numerator = numerator * head.denominator + head.numerator * denominator
            denominator *= head.denominator
        return numerator, denominator


class TermsOfDay:
    """The terms of one day's decisions: each kind of buyer is decided once, then remembered."""

    def __init__(self, on: date, sellers: Callable[[UUID], SellerTerms]) -> None:
        self._on = on
        self._sellers = sellers
        self._supplies: dict[tuple[UUID, Buyer], tuple[Supply, dict[str, tuple[Head, ...]]]] = {}

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
            levy = levy_of(seller.seller, buyer, on=self._on)
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
            _heads=found,
        )
