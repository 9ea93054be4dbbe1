"""Returns of GST on the wire: figures, findings and the tie-out."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Told
from khata.core.exports.amounts import Amounts
from khata.core.exports.drill import Figure, figures_of, figures_of_3b
from khata.core.exports.tax_document import DocumentKind, TaxDocument
from khata.core.filing import month_text
from khata.core.ids import public_id
from khata.db.reads.returns import HeadTied, ToldReturn

_PREFIX = {
    DocumentKind.CREDIT_NOTE: "cn",
    DocumentKind.RECEIPT_VOUCHER: "vch",
    DocumentKind.REFUND_VOUCHER: "vch",
}
StatusName = Literal["ready", "blocked", "filed"]


class TaxAmountsTold(Told):
    """Amounts of a return, in paise. SGST carries UTGST too, as all forms do."""

    taxable: int = Field(description="The value without tax", examples=[100000])
    igst: int = Field(description="Integrated tax")
    cgst: int = Field(description="Central tax", examples=[9000])
    sgst: int = Field(description="The state's, or the Union territory's", examples=[9000])
    cess: int = Field(description="The compensation cess")

    @classmethod
    def of(cls, amounts: Amounts) -> Self:
        return cls(
            taxable=amounts.taxable,
            igst=amounts.igst,
            cgst=amounts.cgst,
            sgst=amounts.sgst,
            cess=amounts.cess,
        )


class ReturnFigureTold(Told):
    """One figure of a return. Its documents are at `/v1/returns/gstr1/documents`."""

    section: str = Field(description="The table, by its name in the file", examples=["b2cs"])
    key: list[str] = Field(
        description="What its row is found by: buyer and number, or supply, place and rate",
        examples=[["INTER", "29", "18"]],
    )
    amounts: TaxAmountsTold
    documents: int = Field(description="How many documents it is made of", examples=[3])

    @classmethod
    def of(cls, figure: Figure) -> Self:
        return cls(
            section=figure.table,
            key=list(figure.key),
            amounts=TaxAmountsTold.of(figure.amounts),
            documents=len(figure.documents),
        )


class ReturnDocumentTold(Told):
    """A document that a return declares."""

    id: str = Field(description="An invoice or a credit note")
    kind: str = Field(description="What it is", examples=["invoice"])
    number: str = Field(description="Its number", examples=["INV/26-27/00001"])
    issued_on: date = Field(description="Its day", examples=["2026-10-01"])
    buyer: str = Field(description="Who bought")
    cancelled: bool = Field(description="Whether it was cancelled: then only its number counts")
    amounts: TaxAmountsTold
    total: int = Field(description="Its total, in paise of rupees", examples=[118000])

    @classmethod
    def of(cls, document: TaxDocument) -> Self:
        lines = document.lines
        return cls(
            id=public_id(_PREFIX.get(document.kind, "inv"), document.id),
            kind=document.kind.value,
            number=document.number,
            issued_on=document.issued_on,
            buyer=document.buyer.legal_name,
            cancelled=document.cancelled,
            amounts=TaxAmountsTold(
                taxable=document.taxable,
                igst=sum(line.igst for line in lines),
                cgst=sum(line.cgst for line in lines),
                sgst=sum(line.sgst for line in lines),
                cess=sum(line.cess for line in lines),
            ),
            total=document.total,
        )


class FindingTold(Told):
    """Something that the check list found."""

    code: str = Field(description="Its name, which never changes", examples=["books_differ"])
    severity: Literal["blocks", "warns"] = Field(
        description="`blocks`: the file is not given out. `warns`: it is, once a person has read it"
    )
    message: str = Field(description="What it is, with the rule that it breaks")
    documents: list[str] = Field(description="The ids of the documents that it is about")


class HeadTiedTold(Told):
    """One head of tax in the ledger, beside the return. In paise."""

    head: str = Field(description="IGST, CGST, SGST (with UTGST) or cess", examples=["CGST"])
    ledger: int = Field(description="What the ledger holds of the return's documents")
    declared: int = Field(description="What the return owes")
    difference: int = Field(description="ledger − declared", examples=[0])
    booked_in_month: int = Field(
        description="How the account moved in the month's own days; other than `ledger` where a "
        "document was cancelled in a later month"
    )

    @classmethod
    def of(cls, tied: HeadTied) -> Self:
        return cls(
            head=tied.head,
            ledger=tied.ledger,
            declared=tied.declared,
            difference=tied.difference,
            booked_in_month=tied.in_month,
        )


class _OfMonth(Told):
    """What every answer about a return begins with."""

    livemode: bool = Field(description="Whether it is real, or a test")
    registration: str = Field(
        description="Who files it", examples=["reg_06f3k2x8c1a4t9w0m5n7p2q6rs"]
    )
    gstin: str = Field(description="Its GSTIN", examples=["29ABCCT1234E1ZL"])
    period: str = Field(description="The month", examples=["2026-10"])


class ReturnChecksObject(_OfMonth):
    """The check list of a return, those that block first."""

    object: Literal["return_checks"] = "return_checks"
    status: StatusName = Field(description="How the return stands")
    findings: list[FindingTold] = Field(description="All that was found")

    @classmethod
    def told(cls, told: ToldReturn, livemode: bool) -> Self:
        return cls.model_validate({**head_of(told, livemode), **_checked(told)})


class Gstr1Object(_OfMonth):
    """A GSTR-1: its figures, the check list, the tie-out to the ledger, and where the file is."""

    object: Literal["gstr1"] = "gstr1"
    status: StatusName = Field(
        description="`ready`: the file may go to the portal. `blocked`: it is not given out. "
        "`filed`: the month is closed"
    )
    filed: str | None = Field(description="The filed return, once it is")
    documents: int = Field(description="How many documents it declares", examples=[12])
    figures: list[ReturnFigureTold] = Field(description="Each row of each table")
    findings: list[FindingTold] = Field(description="All that was found, what blocks first")
    tie_out: list[HeadTiedTold] = Field(description="Each head of tax in ledger and return")
    booked_elsewhere: list[str] = Field(
        description="Documents that were booked, or cancelled, in another month than their own"
    )
    parts: int = Field(description="In how many files the portal takes it", examples=[1])
    file: str = Field(description="Where the file for the portal is")

    @classmethod
    def told(cls, told: ToldReturn, *, parts: int, livemode: bool) -> Self:
        query = f"registration={public_id('reg', told.registration.id)}"
        return cls.model_validate(
            {
                **head_of(told, livemode),
                **_checked(told),
                "filed": None if told.filed is None else public_id("fret", told.filed.id),
                "documents": len(told.gstr1.documents),
                "figures": [ReturnFigureTold.of(one) for one in figures_of(told.gstr1)],
                "tie_out": [HeadTiedTold.of(one) for one in told.tied],
                "booked_elsewhere": _named(told, told.books.elsewhere),
                "parts": parts,
                "file": f"/v1/returns/gstr1/file?{query}&period={month_text(told.gstr1.period)}",
            }
        )


class Gstr3bObject(_OfMonth):
    """A GSTR-3B as the portal will fill it in from GSTR-1: tables 3.1 and 3.2."""

    object: Literal["gstr3b"] = "gstr3b"
    figures: list[ReturnFigureTold] = Field(description="Each row of tables 3.1 and 3.2")
    owed: TaxAmountsTold = Field(description="What is owed by head, to the paisa")
    payable: TaxAmountsTold = Field(
        description="What is paid by head, in whole rupees (CGST Act s.170)"
    )
    rounding: TaxAmountsTold = Field(description="payable − owed")

    @classmethod
    def told(cls, told: ToldReturn, livemode: bool) -> Self:
        form = told.gstr3b
        return cls.model_validate(
            {
                **head_of(told, livemode),
                "figures": [ReturnFigureTold.of(one) for one in figures_of_3b(form)],
                "owed": TaxAmountsTold.of(form.exact),
                "payable": TaxAmountsTold.of(form.payable),
                "rounding": TaxAmountsTold.of(form.rounding),
            }
        )


class ReturnDocumentsObject(_OfMonth):
    """The documents that a figure is made of."""

    object: Literal["return_documents"] = "return_documents"
    section: str = Field(description="The table", examples=["b2cs"])
    key: list[str] = Field(description="What its rows were found by; all of it where it is empty")
    data: list[ReturnDocumentTold] = Field(description="Its documents")

    @classmethod
    def told(
        cls,
        told: ToldReturn,
        documents: Sequence[TaxDocument],
        *,
        section: str,
        key: Sequence[str],
        livemode: bool,
    ) -> Self:
        return cls.model_validate(
            {
                **head_of(told, livemode),
                "section": section,
                "key": list(key),
                "data": [ReturnDocumentTold.of(one) for one in documents],
            }
        )


def head_of(told: ToldReturn, livemode: bool) -> dict[str, Any]:
    """Return the fields that every answer about a return begins with."""
    return {
        "livemode": livemode,
        "registration": public_id("reg", told.registration.id),
        "gstin": told.gstr1.filer.gstin,
        "period": month_text(told.gstr1.period),
    }


def _checked(told: ToldReturn) -> dict[str, Any]:
    return {
        "status": told.status,
        "findings": [
            FindingTold(
                code=one.code,
                severity=one.severity.value,
                message=one.sentence,
                documents=_named(told, one.documents),
            )
            for one in told.findings
        ],
    }


def _named(told: ToldReturn, ids: Sequence[Any]) -> list[str]:
    prefixes = {one.id: _PREFIX.get(one.kind, "inv") for one in told.gstr1.documents}
    return [public_id(prefixes.get(id, "inv"), id) for id in ids]
