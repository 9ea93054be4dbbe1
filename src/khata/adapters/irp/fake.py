"""A registry without a wire, which remembers while the process runs: for tests and demos.

What it signs is signed by nobody, and says so: no document of it is valid at law.
"""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from threading import Lock

from khata.core.e_invoice.dated import CANCELLED_WITHIN
from khata.core.e_invoice.indian_time import spelled
from khata.core.e_invoice.registration import differences
from khata.core.exports.wire_json import read, written
from khata.core.tax.gstin import InvalidGstin, parse_gstin
from khata.ports.invoice_registry import (
    Cancelled,
    CancelReason,
    DocumentKey,
    Refused,
    Registered,
    RegistrationRequest,
    RegistryError,
    Taxpayer,
    TaxpayerStatus,
)

_HEADER = {"alg": "none", "typ": "JWT"}


class FakeRegistry:
    """Gives every document its IRN once; `now` is the clock that cancelling goes by."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = Lock()
        self._held: dict[str, Registered] = {}

    def generate(self, request: RegistrationRequest) -> Registered | Refused:
        with self._lock:
            found = self._held.get(request.irn)
            if found is None:
                found = self._held[request.irn] = self._made(request)
                return found
        if found.cancelled:
            return _no("2278", "The IRN of this number was cancelled; it cannot be used again")
        told = differences(request, found)
        return _no("duplicate_differs", "; ".join(told)) if told else found

    def get_by_irn(self, irn: str) -> Registered | Refused | None:
        return self._held.get(irn)

    def get_by_document(self, key: DocumentKey) -> Registered | Refused | None:
        wanted = replace(key, number=key.number.upper())
        with self._lock:
            held = list(self._held.values())
        for one in held:
            if replace(one.key, number=one.key.number.upper()) == wanted:
                return one
        return None

    def cancel(self, irn: str, *, reason: CancelReason, remark: str) -> Cancelled | Refused:
        with self._lock:
            found, now = self._held.get(irn), self._now()
            if found is None:
                return _no("2148", "No such IRN")
            if found.cancelled:
                return Cancelled(irn, None)
            if now - found.ack_at > CANCELLED_WITHIN:
                return _no("2270", "The time to cancel, 24 hours, is over")
            self._held[irn] = replace(found, cancelled=True)
            return Cancelled(irn, now)

    def get_gstin(self, gstin: str) -> Taxpayer | Refused:
        try:
            known = parse_gstin(gstin)
        except InvalidGstin as invalid:
            return _no("3028", invalid.detail)
        name = f"Taxpayer {known.value}"
        return Taxpayer(
            known.value, name, None, TaxpayerStatus.ACTIVE, known.state_code, "REG", False
        )

    def sync_gstin(self, gstin: str) -> Taxpayer | Refused:
        return self.get_gstin(gstin)

    def _made(self, request: RegistrationRequest) -> Registered:
        now = self._now().replace(microsecond=0)
        number = f"{112010000000000 + len(self._held) + 1}"
        form = read(request.body)
        invoice = {"Irn": request.irn, "AckNo": number, "AckDt": spelled(now), **form}
        code = {
            "SellerGstin": request.key.seller_gstin,
            "BuyerGstin": request.buyer_gstin,
            "DocNo": request.key.number,
            "DocTyp": request.key.document_type,
            "DocDt": form["DocDtls"]["Dt"],
            "TotInvVal": form["ValDtls"]["TotInvVal"],
            "ItemCnt": len(form["ItemList"]),
            "MainHsnCode": form["ItemList"][0]["HsnCd"],
            "Irn": request.irn,
            "IrnDt": spelled(now),
        }
        return Registered(
            irn=request.irn,
            ack_number=number,
            ack_at=now,
            signed_invoice=_unsigned(invoice),
            signed_qr=_unsigned(code),
            key=request.key,
            buyer_gstin=request.buyer_gstin,
            total=request.total,
        )


def _unsigned(told: object) -> str:
    parts = (written(_HEADER), written({"data": written(told), "iss": "khata, not a portal"}))
    return ".".join(base64.urlsafe_b64encode(p.encode()).decode().rstrip("=") for p in parts) + "."


def _no(code: str, message: str) -> Refused:
    return Refused((RegistryError(code, message),))
