"""How pages spell things: amounts, days, states, and what a code means to a person."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from babel import Locale

from khata.core.decline_codes import reason_for_payer, reason_for_seller
from khata.core.explaining_words import number
from khata.core.ids import public_id
from khata.core.money import exponent
from khata.core.tax.place_of_supply import place_of
from khata.core.tax.states import state_by_iso
from khata.core.webhooks import ERRORS
from khata.core.words import grouped
from khata.db.reads.closeup import InvoiceCloseup

_STATUSES = {
    "past_due": "Past due",
    "given_up": "Given up",
    "scheduled": "Waiting",
    "processing": "In progress",
    "sending": "Being sent",
    "pending": "Pending at the gateway",
    "unknown": "Answer lost",
    "uncollectible": "Written off",
    "kept": "Kept here",
    "needs_response": "Answer it",
    "under_review": "At the bank",
    "warning_needs_response": "Asked about",
    "warning_under_review": "Asked about, answered",
    "at_the_bank": "At the bank",
    "in_bank": "In the bank",
    "quarantined": "Does not add up",
    "not_booked": "Not in the books",
    "settled_before": "Paid out before",
    "own": "The gateway's own",
    "manual": "For you to look at",
    "generated": "Registered",
    "submitted": "Sent",
    "not_applicable": "Not needed",
}

# The colour of a state: good, waiting, bad, or quiet.
_TONES = {
    "paid": "good", "active": "good", "succeeded": "good", "sent": "good", "recovered": "good",
    "enabled": "good", "waiting": "wait", "usable": "good", "in force": "good",
    "won": "good", "lost": "bad", "needs_response": "bad", "warning_needs_response": "bad",
    "under_review": "wait", "warning_under_review": "wait",
    "open": "wait", "trialing": "wait", "scheduled": "wait", "processing": "wait",
    "sending": "wait", "pending": "wait", "queued": "wait", "retrying": "wait",
    "past_due": "bad", "overdue": "bad", "unpaid": "bad", "failed": "bad", "given_up": "bad",
    "generated": "good", "submitted": "wait", "manual": "bad",
    "certified": "good", "awaited": "wait", "short": "bad",
    "applied": "good", "agrees": "good", "due": "wait", "troubled": "wait", "ailing": "bad",
    "dead": "bad", "differs": "bad",
    "in_bank": "good", "matched": "good", "in_transit": "wait", "quarantined": "bad",
    "amount_differs": "bad", "currency_differs": "bad", "not_booked": "bad",
    "settled_before": "bad", "unknown_here": "bad",
    "uncollectible": "bad", "unknown": "bad", "disabled": "bad", "failing": "bad",
}  # fmt: skip

_ENTRIES = {
    "invoice_issued": "Invoice issued",
    "payment_received": "Payment received",
    "payment_carried": "Paid, kept for the revised",
    "paid_directly": "Paid directly",
    "received_directly": "Paid directly",
    "bad_debt_recovered": "Loss made good",
    "tds_written_off": "TDS written off",
    "dispute_withdrawn": "Taken back by dispute",
    "dispute_reinstated": "Given back after dispute",
    "dispute_lost": "Dispute lost",
    "dispute_regained": "Dispute open again",
    "refund_made": "Refund made",
    "refund_failed_after_all": "Refund came back",
    "revenue_recognized": "Revenue earned",
    "fee_told": "Fee told",
    "settlement_paid_out": "Paid out by the gateway",
    "settlement_arrived": "Arrived in the bank",
    "settlement_failed": "Sent back by the bank",
    "settlement_not_arrived": "Not in the bank after all",
    "settlement_arrived_again": "Arrived in the bank",
    "settlement_line_found": "Payout's line found",
    "settlement_line_cleared": "Payout's line known later",
}


_SCHEMES = {
    "composition": "composition",
    "sez": "in a special economic zone",
    "oidar": "online services from abroad",
}
_COUNTRIES = Locale("en").territories
_SUPPLIES = {
    "intra": "Inside the state",
    "inter": "Between states",
    "sez": "To a special economic zone",
    "export": "Export",
    "out_of_scope": "Outside GST",
    "taxable": "taxed",
    "zero_rated_lut": "zero-rated under a letter of undertaking",
    "zero_rated_with_igst": "zero-rated with payment of IGST",
    "composition": "under composition, no tax collected",
    "exempt": "exempt by notification",
    "reverse_charge": "tax payable on reverse charge",
}


def money(amount: int, currency: str) -> str:
    return grouped(amount, currency)


def short_money(amount: int, currency: str) -> str:
    """Spell an amount for a headline: from a thousand on its decimals are left out."""
    text = grouped(amount, currency)
    whole, point, decimals = text.rpartition(".")
    if not point or (decimals.strip("0") and abs(amount) < 1000 * 10 ** exponent(currency)):
        return text
    return whole


def day(value: date | None) -> str:
    """Spell a day: 31 Jan 2026."""
    return f"{value.day} {value:%b %Y}" if value else "—"


def last_day(end: date) -> str:
    """Spell the last day of a half-open period, as people say it."""
    return day(end - timedelta(days=1))


def month(value: date) -> str:
    return f"{value:%b %Y}"


def moment(value: datetime | None, zone: str) -> str:
    """Spell an instant in the tenant's own time: 31 Jan 2026, 09:00."""
    if value is None:
        return "—"
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {local:%H:%M}"


def day_at(value: datetime, zone: str) -> str:
    """Spell the day of an instant in the tenant's own time."""
    return day(value.astimezone(ZoneInfo(zone)).date())


def status(value: str) -> str:
    return _STATUSES.get(value, value.replace("_", " ").capitalize())


def tone(value: str) -> str:
    return _TONES.get(value, "quiet")


def entry(kind: str) -> str:
    return _ENTRIES.get(kind, kind.replace("_", " ").capitalize())


def plain(code: str) -> str:
    """Spell a code as words: gateway_clearing → Gateway clearing; taxes keep their capitals."""
    words = code.replace("_", " ").capitalize()
    for head in ("Cgst", "Sgst", "Utgst", "Igst"):
        words = words.replace(head, head.upper())
    return words


def supply(code: str) -> str:
    return _SUPPLIES.get(code, code.replace("_", " "))


def scheme(code: str) -> str:
    return _SCHEMES.get(code, code)


def state(iso: str | None, country: str) -> str:
    """Spell a place: the state's name in India, else its code, or the country alone."""
    if iso is None:
        return country
    return state_by_iso(iso).name if country == "IN" else f"{iso}, {country}"


def place_of_supply(shown: InvoiceCloseup) -> str:
    """Spell it as the invoice does, and abroad add the country: 96-Other Countries, US."""
    place = place_of(shown.place_country, shown.place_state, shown.place_code)
    spelled = place.spelled or place.name
    return spelled if place.country == "IN" else f"{spelled}, {country(place.country)}"


def country(code: str) -> str:
    """Spell a country by its name: IN → India."""
    return str(_COUNTRIES.get(code, code))


def decline(code: str | None) -> str:
    return reason_for_seller(code)


def decline_for_payer(code: str | None) -> str:
    return reason_for_payer(code)


def came_of(status_code: int | None, error: str | None) -> str:
    """Spell what came of a try of a webhook: what was answered, or why nothing was."""
    if status_code is not None:
        return f"Answered {status_code}"
    return ERRORS.get(error or "", "Not tried yet")


PAID_BY = {
    "card": "Pay by card",
    "upi": "Pay by UPI",
    "wallet": "Pay by wallet",
    "emandate": "Pay from your bank",
    "other": "Pay in another way",
}
SAVED_AS = {
    "card": "A card",
    "upi": "UPI AutoPay",
    "wallet": "A wallet",
    "emandate": "Your bank account",
    "other": "Another way",
}


def paid_by(kind: str) -> str:
    """Spell a way to pay as the button that begins it."""
    return PAID_BY[kind]


def saved_as(kind: str) -> str:
    """Spell a way to pay as what can be saved."""
    return SAVED_AS[kind]


def plain_kind(kind: str) -> str:
    """Spell a way to pay within a sentence."""
    return {"upi": "UPI", "emandate": "bank account"}.get(kind, kind)


def interval(unit: str, count: int) -> str:
    return f"every {unit}" if count == 1 else f"every {count} {unit}s"


def pid(id: UUID, prefix: str) -> str:
    return public_id(prefix, id)


FILTERS = {
    "money": money, "short_money": short_money, "day": day, "day_at": day_at,
    "last_day": last_day, "month": month,
    "moment": moment, "status": status, "tone": tone, "entry": entry, "plain": plain,
    "supply": supply, "scheme": scheme, "state": state, "country": country,
    "place_of_supply": place_of_supply,
    "decline": decline, "decline_for_payer": decline_for_payer, "interval": interval,
    "came_of": came_of, "paid_by": paid_by, "saved_as": saved_as, "plain_kind": plain_kind,
    "pid": pid, "exact_number": number,
}  # fmt: skip
