"""Returns of GST on the wire: figures, findings, the tie-out, and what was filed and amended."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Asked, Created, Day, Id, Line, Told
from khata.api.schemas.shapes import Shape
from khata.core.exports.amounts import Amounts
from khata.core.exports.drill import Figure, figures_of, figures_of_3b
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import DocumentKind, TaxDocument
from khata.core.filing import month_text
from khata.core.ids import public_id
from khata.db.reads.returns import HeadTied, ToldReturn

_PREFIX = {DocumentKind.CREDIT_NOTE: "cn"}
StatusName = Literal["ready", "blocked", "filed"]

Month = Annotated[str, Shape(r"^[0-9]{4}-[0-9]{2}$", "A month is spelled YYYY-MM")]
Arn = Annotated[str, Shape(r"^[A-Z0-9]{15}$", "An ARN has fifteen digits and capital letters")]
StateCode = Annotated[str, Shape(r"^[0-9]{2}$", "The two digits of a state in GST are asked for")]
GstinText = Annotated[str, Shape(r"^[0-9A-Za-z]{15}$", "A GSTIN has fifteen digits and letters")]


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


class FiledReturnCreate(Asked):
    """A return that was filed on the portal. Its month is closed from then on."""

    registration: Id = Field(
        description="Who filed it", examples=["reg_06f3k2x8c1a4t9w0m5n7p2q6rs"]
    )
    period: Month = Field(description="The month", examples=["2026-10"])
    arn: Arn = Field(description="The portal's acknowledgement", examples=["AA291026001234X"])
    filed_on: Day = Field(description="The day it was filed", examples=["2026-11-10"])


class FiledReturnObject(Told):
    """A return as it was filed."""

    id: str = Field(examples=["fret_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["filed_return"] = "filed_return"
    livemode: bool = Field(description="Whether it is real, or a test")
    form: Literal["gstr1"] = Field(description="Which form")
    registration: str = Field(description="Who filed it")
    period: str = Field(description="The month", examples=["2026-10"])
    arn: str = Field(description="The portal's acknowledgement")
    filed_on: date = Field(description="The day it was filed")
    sha256: str = Field(description="Of the file, which is kept as it was")
    owed: dict[str, int] = Field(description="What GSTR-3B owed by it, in paise by head")
    created: Created

    @classmethod
    def of(cls, row: Mapping[str, Any], livemode: bool) -> Self:
        return cls(
            id=public_id("fret", row["id"]),
            livemode=livemode,
            form=row["form"],
            registration=public_id("reg", row["registration_id"]),
            period=month_text(ReturnPeriod.of(row["period"])),
            arn=row["arn"],
            filed_on=row["filed_on"],
            sha256=row["sha256"],
            owed=row["figures"],
            created=row["created_at"],
        )


class AmendmentCreate(Asked):
    """What was wrong in a document of a filed month. The document itself stays as it is."""

    document: Id = Field(
        description="The invoice or credit note", examples=["inv_06f3k2x8c1a4t9w0m5n7p2q6rs"]
    )
    gstin: GstinText | None = Field(
        None, description="The buyer's GSTIN or UIN, as it should have been"
    )
    place: StateCode | None = Field(
        None,
        description="The place of supply, as it should have been, by the two digits of the state; "
        "a new GSTIN brings its own along",
        examples=["33"],
    )
    period: Month | None = Field(
        None, description="The month whose return tells it; else the first that is not filed"
    )
    reason: Line = Field(description="Why", examples=["The buyer gave the wrong GSTIN"])


class AmendmentObject(Told):
    """What a later return tells anew of a document."""

    id: str = Field(examples=["ram_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["return_amendment"] = "return_amendment"
    livemode: bool = Field(description="Whether it is real, or a test")
    registration: str = Field(description="Who files it")
    document: str = Field(description="The invoice or credit note")
    filed_return: str = Field(description="The return that declared it")
    period: str = Field(description="The month whose return tells it", examples=["2026-11"])
    gstin: str | None = Field(description="The buyer's number as it should have been")
    place: str | None = Field(description="The place of supply as it should have been")
    reason: str = Field(description="Why")
    created: Created

    @classmethod
    def of(cls, row: Mapping[str, Any], livemode: bool) -> Self:
        document = (
            public_id("inv", row["invoice_id"])
            if row["invoice_id"]
            else public_id("cn", row["credit_note_id"])
        )
        return cls(
            id=public_id("ram", row["id"]),
            livemode=livemode,
            registration=public_id("reg", row["registration_id"]),
            document=document,
            filed_return=public_id("fret", row["filed_return_id"]),
            period=month_text(ReturnPeriod.of(row["period"])),
            gstin=row["gstin"],
            place=row["place_code"],
            reason=row["reason"],
            created=row["created_at"],
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
    notes = {one.id for one in told.gstr1.documents if one.kind is DocumentKind.CREDIT_NOTE}
    return [public_id("cn" if id in notes else "inv", id) for id in ids]
