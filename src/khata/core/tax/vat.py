"""VAT of the Union and the United Kingdom on services sold by software: who owes it, and where.

The table is docs/tax.md's, in the order of its rows; services by software bear the standard rate.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from khata.core.refusal import Refusal
from khata.core.tax.gst import Head
from khata.core.tax.levy import Beyond, Levy, LevyTreatment, Regime
from khata.core.tax.parties import Buyer, NotRegistered, Seller, VatRegistration, VatScheme
from khata.core.tax.rate_table import decimal_percent
from khata.core.tax.vat_area import Area, area_of, currency_of, standard_rate, threshold_cents
from khata.core.tax.vat_ids import country_of, names_business_in

DIRECTIVE = "Directive 2006/112/EC"
REVERSE_CHARGE = "reverse_charge"
NOT_COUNTED = "oss_threshold_not_counted"
NO_RATE = "no rate of exchange to euros is on file for"


class VatRegistrationMissing(Refusal):
    """VAT is due where the seller has no registration, and the tenant refuses to sell without."""


@dataclass(frozen=True, slots=True)
class _Sale:
    seller: Seller
    buyer: Buyer
    to: Area  # where the buyer is
    home: Area  # where the seller is
    on: date

    @property
    def state(self) -> str:
        assert self.to.state is not None  # decide_vat has looked
        return self.to.state


def decide_vat(seller: Seller, buyer: Buyer, *, on: date) -> Levy | None:
    """Decide VAT on a service that is invoiced on this day; None where it has no part in it.

    Raises: VatRegistrationMissing, UnknownVatRate.
    Source: Directive 2006/112/EC articles 44, 45, 58, 59c, 196; VATA 1994 s.7A, s.8.
    """
    to, home = area_of(buyer.country, buyer.abroad.postal_code), area_of(seller.country)
    sale = _Sale(seller, buyer, to, home, on)
    if to.state is None:
        return _outside(sale)
    if to.state == home.state:
        return _domestic(sale)
    if is_business(seller, buyer, on=on):
        return _reverse_charge(sale)
    return _to_consumer(sale)


def is_business(seller: Seller, buyer: Buyer, *, on: date) -> bool:
    """Say whether the buyer counts as a taxable person: its id was confirmed, and not long ago.

    Source: Implementing Regulation (EU) 282/2011, article 18(1), (2).
    """
    known = buyer.abroad
    if known.vat_id is None or known.valid_on is None:
        return False
    if known.valid_on < on - timedelta(days=seller.choices.check_days):
        return False
    return names_business_in(known.vat_id, buyer.country)


def _outside(sale: _Sale) -> Levy | None:
    """Row 5: the buyer is outside. A seller who is outside too has nothing to do with it."""
    to, home = sale.to, sale.home
    if to.name is None and home.state is None:
        return None
    where = to.name or "outside the Union"
    law = to.source or ("VATA 1994 s.7A" if home.state == "GB" else f"{DIRECTIVE} art. 44, 59")
    return Levy(
        Regime.VAT,
        home.state or sale.buyer.country,
        LevyTreatment.OUT_OF_SCOPE,
        law,
        f"The customer is in {where}, where this VAT does not apply.",
        wording=None,
    )


def _reverse_charge(sale: _Sale) -> Levy:
    """Rows 2 and 7: a business in another state owes the tax itself."""
    uk = sale.state == "GB"
    return Levy(
        Regime.VAT,
        sale.state,
        LevyTreatment.REVERSE_CHARGE,
        "VATA 1994 s.7A, s.8" if uk else f"{DIRECTIVE} art. 44, 196",
        f"The customer is a business of {sale.state}, whose VAT id was confirmed on "
        f"{sale.buyer.abroad.valid_on}; it accounts for the tax.",
        wording=REVERSE_CHARGE,
        currency=currency_of(sale.state),
        seller_id=_own_number(sale),
        buyer_id=sale.buyer.abroad.vat_id,
    )


def _own_number(sale: _Sale) -> str | None:
    """Return the number a seller shows: its own state's, else any that holds."""
    own = sale.seller.vat_in(sale.home.state or "", VatScheme.LOCAL, on=sale.on)
    holding = (one for one in sale.seller.vat if one.holds(sale.on))
    return own.number if own else next((one.number for one in holding), None)


def _domestic(sale: _Sale) -> Levy:
    """Row 1: both are in one state, whoever the buyer is."""
    law = "VATA 1994 s.1, s.4, s.7A" if sale.state == "GB" else f"{DIRECTIVE} art. 2(1)(c), 44, 45"
    own = sale.seller.vat_in(sale.state, VatScheme.LOCAL, on=sale.on)
    if own is None:
        return _not_registered(sale, law)
    why = f"Seller and customer are both in {sale.to.name or sale.state}."
    return _taxed(sale, sale.to, own, law, why, buyer_id=sale.buyer.abroad.vat_id)


def _to_consumer(sale: _Sale) -> Levy:
    """Rows 3, 4 and 6: a consumer, or who has not shown to be a business, in another state."""
    here = sale.seller.vat_in(sale.state, VatScheme.LOCAL, on=sale.on)
    if sale.state == "GB":
        law = "VATA 1994 s.7A, sch. 4A para. 15"
        if here is None:
            return _not_registered(sale, law)
        return _taxed(sale, sale.to, here, law, _consumer(sale) + " taxed there from the first.")
    if sale.home.in_union:
        return _inside_union(sale, here)
    law = f"{DIRECTIVE} art. 58(1)(c)"
    shop = sale.seller.shop_on(VatScheme.NON_UNION_OSS, on=sale.on)
    own = shop or here
    if own is None:
        return _not_registered(sale, law)
    if shop is not None:
        law += ", 358a, 359"
    return _taxed(sale, sale.to, own, law, _consumer(sale) + " taxed there from the first euro.")


def _inside_union(sale: _Sale, here: VatRegistration | None) -> Levy:
    shop = sale.seller.shop_on(VatScheme.UNION_OSS, on=sale.on)
    law = f"{DIRECTIVE} art. 58(1)(c)"
    if shop is not None:
        why = _consumer(sale) + " taxed there, through the one-stop shop."
        return _taxed(sale, sale.to, shop, f"{law}, 369a, 369b", why)
    if here is not None:
        return _taxed(sale, sale.to, here, law, _consumer(sale) + " taxed there.")
    sold, most = sale.seller.cross_border, threshold_cents(sale.on)
    own = sale.seller.vat_in(sale.home.state or "", VatScheme.LOCAL, on=sale.on)
    if own is None:
        return _not_registered(sale, law)
    if max(sold.this_year, sold.last_year) <= most:
        why = (
            _consumer(sale) + f" taxed in {sale.home.state}: sales to other states stay within "
            f"{most // 100} euros a year."
        )
        warning = NOT_COUNTED if sold.uncounted else None
        if sold.uncounted:
            why += f" Sales in {', '.join(sold.uncounted)} are not counted: {NO_RATE} their days."
        area = sale.home
        law_at_home = f"{DIRECTIVE} art. 45, 59c(1)"
        levy = _taxed(sale, area, own, law_at_home, why, warning=warning)
        above = _above_threshold(sale, own, law, most)
        return replace(levy, beyond=Beyond(most - sold.this_year, above))
    return _above_threshold(sale, own, law, most)


def _above_threshold(sale: _Sale, own: VatRegistration, law: str, most: int) -> Levy:
    why = (
        _consumer(sale) + f" taxed there: sales to other states are above {most // 100} euros, and "
        "no one-stop shop is on file."
    )
    registered = VatRegistration(own.country, own.number, VatScheme.UNION_OSS, sale.on)
    law = f"{law}, 59c; Regulation (EU) 282/2011 art. 57d"
    return _taxed(sale, sale.to, registered, law, why, warning="oss_registration_missing")


def _consumer(sale: _Sale) -> str:
    """Say why the buyer counts as a consumer, up to the comma."""
    known = sale.buyer.abroad
    where = sale.to.name or sale.state
    if known.vat_id is None:
        return f"The customer in {where} has no VAT id and counts as a consumer,"
    if not names_business_in(known.vat_id, sale.buyer.country):
        of = country_of(known.vat_id) or known.vat_id[:2]
        return f"The VAT id {known.vat_id} is of {of} and the customer in {where}: a consumer,"
    when = "was not confirmed" if known.valid_on is None else f"was confirmed on {known.valid_on}"
    late = "" if known.valid_on is None else " only"
    return f"The VAT id {known.vat_id} of {where} {when}{late}: the customer counts as a consumer,"


def _taxed(
    sale: _Sale,
    area: Area,
    under: VatRegistration,
    law: str,
    reason: str,
    *,
    warning: str | None = None,
    buyer_id: str | None = None,
) -> Levy:
    assert area.state is not None
    percent = standard_rate(area, on=sale.on)
    part = percent / 100
    head = Head("VAT", decimal_percent(percent), part.numerator, part.denominator, grouped=True)
    return Levy(
        Regime.VAT,
        area.state,
        LevyTreatment.TAXABLE,
        f"{law}; {area.source}" if area.source else law,
        reason,
        heads=(head,),
        scheme=under.scheme.value,
        currency=currency_of(area.state),
        seller_id=under.number,
        buyer_id=buyer_id,
        warning=warning,
    )


def _not_registered(sale: _Sale, law: str) -> Levy:
    if sale.seller.choices.not_registered is NotRegistered.REFUSE:
        raise VatRegistrationMissing(
            f"VAT of {sale.state} is due on this sale ({law}), and no registration to account for "
            "it is on file: add one to the registration, or let such sales go without tax",
            param="registration.vat_registrations",
        )
    return Levy(
        Regime.VAT,
        sale.state,
        LevyTreatment.NOT_REGISTERED,
        law,
        f"VAT of {sale.state} may be due, and the seller has no registration to account for it: "
        "none is charged.",
        currency=currency_of(sale.state),
        warning="vat_registration_missing",
    )
