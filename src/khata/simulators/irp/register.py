"""The pretend portal's register: documents by IRN, what was signed, and what was cancelled."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from khata.core.exports.wire_json import written
from khata.simulators.irp.checks import day_of
from khata.simulators.irp.keys import PortalKeys
from khata.simulators.irp.login import Unlike

Form = Mapping[str, Any]

INDIA: Final = ZoneInfo("Asia/Kolkata")
_CANCELLED_WITHIN: Final = timedelta(hours=24)
_SERVED_FOR: Final = timedelta(days=2)
_FIRST_NUMBER: Final = 112_010_000_000_001
_REASONS: Final = frozenset({"1", "2", "3", "4"})


@dataclass(slots=True)
class Entry:
    """One registered document."""

    irn: str
    ack_number: int
    at: datetime
    gstin: str
    form: Form
    signed_invoice: str
    signed_code: str
    cancelled_at: datetime | None = None


class Duplicate(Unlike):
    """The number was used already; it tells of the document that has it."""

    def __init__(self, entry: Entry) -> None:
        super().__init__("2150", "Duplicate IRN")
        self.entry = entry


class Register:
    """Gives out numbers; a case of letters makes no other number."""

    def __init__(self, keys: PortalKeys) -> None:
        self._keys = keys
        self.entries: dict[str, Entry] = {}

    def enter(self, form: Form, now: datetime) -> Entry:
        """Register a document that was checked. Raises: Duplicate, Unlike."""
        irn = irn_of(
            form["SellerDtls"]["Gstin"],
            form["DocDtls"]["Typ"],
            form["DocDtls"]["No"],
            day_of(form),
        )
        known = self.entries.get(irn)
        if known is not None and known.cancelled_at is not None:
            raise Unlike("2278", "IRN is already generated and is cancelled for this number")
        if known is not None:
            raise Duplicate(known)
        number, at = _FIRST_NUMBER + len(self.entries), now.replace(microsecond=0)
        invoice = {"AckNo": number, "AckDt": stamp(at), "Irn": irn, **form}
        entry = Entry(
            irn,
            number,
            at,
            form["SellerDtls"]["Gstin"],
            form,
            self._keys.signed(written(invoice)),
            self._keys.signed(written(_code(form, irn, at))),
        )
        self.entries[irn] = entry
        return entry

    def by_irn(self, irn: str, gstin: str, now: datetime) -> Entry:
        """Return what is held. Raises: Unlike."""
        entry = self.entries.get(irn.lower())
        if entry is None:
            raise Unlike("2148", "Requested IRN data is not available")
        if entry.gstin != gstin:
            raise Unlike("2143", "Invoice does not belong to the user's GSTIN")
        if now - entry.at > _SERVED_FOR:
            raise Unlike(
                "2283", "IRN details cannot be provided as it is generated more than 2 days ago"
            )
        return entry

    def by_document(self, kind: str, number: str, day: date, gstin: str, now: datetime) -> Entry:
        """Return the same by the document's number. Raises: Unlike."""
        irn = irn_of(gstin, kind, number, day)
        entry = self.entries.get(irn)
        if entry is None or day_of(entry.form) != day:
            raise Unlike("2154", "IRN details are not found")
        return self.by_irn(irn, gstin, now)

    def cancel(self, asked: Any, gstin: str, now: datetime) -> Entry:
        """Cancel an IRN of this seller. Raises: Unlike."""
        if not isinstance(asked, dict) or not {"Irn", "CnlRsn", "CnlRem"} <= set(asked):
            raise Unlike("2140", "Irn, CnlRsn and CnlRem are asked for")
        if str(asked["CnlRsn"]) not in _REASONS or not 1 <= len(str(asked["CnlRem"])) <= 100:
            raise Unlike("2140", "Invalid reason or remark of the cancellation")
        entry = self.entries.get(str(asked["Irn"]).lower())
        if entry is None:
            raise Unlike("2148", "Requested IRN data is not available")
        if entry.gstin != gstin:
            raise Unlike("2143", "Invoice does not belong to the user's GSTIN")
        if entry.cancelled_at is not None:
            raise Unlike("9999", "Invoice is not active")
        if now - entry.at > _CANCELLED_WITHIN:
            raise Unlike("2270", "The allowed cancellation time limit is crossed")
        entry.cancelled_at = now.replace(microsecond=0)
        return entry


def told(entry: Entry) -> dict[str, Any]:
    """Return an entry as the portal's answers have it."""
    return {
        "AckNo": entry.ack_number,
        "AckDt": stamp(entry.at),
        "Irn": entry.irn,
        "SignedInvoice": entry.signed_invoice,
        "SignedQRCode": entry.signed_code,
        "Status": "ACT" if entry.cancelled_at is None else "CNL",
        "EwbNo": None,
        "EwbDt": None,
        "EwbValidTill": None,
        "Remarks": None,
    }


def irn_of(gstin: str, kind: str, number: str, day: date) -> str:
    """Return the number of a document: a hash of whose, which year, what and which number."""
    first = day.year - (day.month < 4)
    year = f"{first}-{str(first + 1)[2:]}"
    return hashlib.sha256((gstin + year + kind + number.upper()).encode()).hexdigest()


def stamp(at: datetime) -> str:
    """Spell an instant as the portal does: in India, without a zone."""
    return at.astimezone(INDIA).strftime("%Y-%m-%d %H:%M:%S")


def _code(form: Form, irn: str, at: datetime) -> dict[str, Any]:
    """Return what the QR code says: of the items, the code of the dearest."""
    main = max(form["ItemList"], key=lambda item: Decimal(item["AssAmt"]))
    return {
        "SellerGstin": form["SellerDtls"]["Gstin"],
        "BuyerGstin": form["BuyerDtls"]["Gstin"],
        "DocNo": form["DocDtls"]["No"],
        "DocTyp": form["DocDtls"]["Typ"],
        "DocDt": form["DocDtls"]["Dt"],
        "TotInvVal": form["ValDtls"]["TotInvVal"],
        "ItemCnt": len(form["ItemList"]),
        "MainHsnCode": main["HsnCd"],
        "Irn": irn,
        "IrnDt": stamp(at),
    }
