"""Returns that were filed, undone or amended, on the wire."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Asked, Created, Day, Id, Line, Told
from khata.api.schemas.shapes import Shape
from khata.core.exports.return_period import ReturnPeriod
from khata.core.filing import month_text
from khata.core.ids import public_id

Month = Annotated[str, Shape(r"^[0-9]{4}-[0-9]{2}$", "A month is spelled YYYY-MM")]
Arn = Annotated[str, Shape(r"^[A-Z0-9]{15}$", "An ARN has fifteen digits and capital letters")]
StateCode = Annotated[str, Shape(r"^[0-9]{2}$", "The two digits of a state in GST are asked for")]
GstinText = Annotated[str, Shape(r"^[0-9A-Za-z]{15}$", "A GSTIN has fifteen digits and letters")]


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


class FilingUndo(Asked):
    """Why a filing was a mistake."""

    reason: Line = Field(description="Why", examples=["The ARN is of another month"])


class FilingUndoObject(Told):
    """A filing that was written down by mistake, as it was."""

    id: str = Field(examples=["fret_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["filing_undo"] = "filing_undo"
    livemode: bool = Field(description="Whether it is real, or a test")
    registration: str = Field(description="Whose return it was")
    period: str = Field(description="The month, which is open again", examples=["2026-10"])
    arn: str = Field(description="The acknowledgement that was written down")
    filed_on: date = Field(description="The day that was written down")
    sha256: str = Field(description="Of the file that was kept")
    reason: str = Field(description="Why it was a mistake")
    created: Created

    @classmethod
    def of(cls, row: Mapping[str, Any], livemode: bool) -> Self:
        return cls(
            id=public_id("fret", row["id"]),
            livemode=livemode,
            registration=public_id("reg", row["registration_id"]),
            period=month_text(ReturnPeriod.of(row["period"])),
            arn=row["arn"],
            filed_on=row["filed_on"],
            sha256=row["sha256"],
            reason=row["reason"],
            created=row["created_at"],
        )


class AmendmentCreate(Asked):
    """What was wrong in a document of a filed month. The document itself stays as it is."""

    document: Id = Field(
        description="The invoice, credit note or voucher",
        examples=["inv_06f3k2x8c1a4t9w0m5n7p2q6rs"],
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
    document: str = Field(description="The invoice, credit note or voucher")
    filed_return: str = Field(description="The return that declared it")
    period: str = Field(description="The month whose return tells it", examples=["2026-11"])
    gstin: str | None = Field(description="The buyer's number as it should have been")
    place: str | None = Field(description="The place of supply as it should have been")
    reason: str = Field(description="Why")
    created: Created

    @classmethod
    def of(cls, row: Mapping[str, Any], livemode: bool) -> Self:
        names = (("inv", "invoice_id"), ("cn", "credit_note_id"), ("vch", "voucher_id"))
        document = next(public_id(one, row[name]) for one, name in names if row[name])
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
