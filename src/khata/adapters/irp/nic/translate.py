"""NIC's words and ours: what a signed invoice says, what a taxpayer is. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from khata.adapters.irp.nic.signatures import SignatureInvalid
from khata.core.e_invoice.indian_time import instant
from khata.core.e_invoice.registration import DocumentKey, Registered
from khata.ports.invoice_registry import Taxpayer, TaxpayerStatus

Object = Mapping[str, Any]
Verify = Callable[[str], Object]

_STATUS = {
    "ACT": TaxpayerStatus.ACTIVE,
    "CNL": TaxpayerStatus.CANCELLED,
    "SUS": TaxpayerStatus.SUSPENDED,
    "INA": TaxpayerStatus.SUSPENDED,
    "PRO": TaxpayerStatus.PROVISIONAL,
}


class Unclear(Exception):
    """The portal's answer lacks what it should have, or has it in another form."""


def registered(told: Any, verify: Verify) -> Registered:
    """Return what the portal holds, as its signed texts prove it: the rest is only said.

    Raises: SignatureInvalid, also where the two signed texts are about two IRNs; Unclear.
    """
    try:
        irn, invoice, code = told["Irn"], told["SignedInvoice"], told["SignedQRCode"]
        signed, printed = verify(invoice), verify(code)
        if not signed.get("Irn", irn) == printed.get("Irn") == irn:
            raise SignatureInvalid("the signed texts are about different IRNs")
        document = signed["DocDtls"]
        return Registered(
            irn=irn,
            ack_number=str(told["AckNo"]),
            ack_at=instant(told["AckDt"]),
            signed_invoice=invoice,
            signed_qr=code,
            key=DocumentKey(
                signed["SellerDtls"]["Gstin"],
                document["Typ"],
                document["No"],
                datetime.strptime(document["Dt"], "%d/%m/%Y").date(),  # noqa: DTZ007  # a day
            ),
            buyer_gstin=signed["BuyerDtls"]["Gstin"],
            total=_paise(signed["ValDtls"]["TotInvVal"]),
            cancelled=told.get("Status") == "CNL",
        )
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError):
        raise Unclear("the portal's answer about a document cannot be read") from None


def taxpayer(told: Any) -> Taxpayer:
    """Return what the portal knows of a GSTIN. Raises: Unclear."""
    try:
        return Taxpayer(
            gstin=told["Gstin"],
            legal_name=told.get("LegalName") or "",
            trade_name=told.get("TradeName") or None,
            status=_STATUS.get(str(told.get("Status")).upper(), TaxpayerStatus.UNKNOWN),
            state_code=str(told["StateCode"]).zfill(2),
            kind=told.get("TxpType") or "",
            blocked=told.get("BlkStatus") == "B",
        )
    except (KeyError, TypeError, AttributeError):
        raise Unclear("the portal's answer about a GSTIN cannot be read") from None


def cancelled_at(told: Any) -> datetime | None:
    """Return when an IRN was cancelled, where the answer says it."""
    try:
        return instant(told["CancelDate"])
    except (KeyError, TypeError, ValueError):
        return None


def _paise(amount: Any) -> int:
    paise = Decimal(amount).scaleb(2)
    if paise != paise.to_integral_value():
        raise ValueError(f"{amount} is finer than a paisa")
    return int(paise)
