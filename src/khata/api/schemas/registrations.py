"""Registrations on the wire."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from khata.api.schemas.accounts import Bank, Logo
from khata.api.schemas.customers import TaxIdAsked, TaxIdTold
from khata.api.schemas.e_invoices import ExemptName
from khata.api.schemas.fields import (
    ONE_LINE,
    Asked,
    Country,
    Created,
    Day,
    Id,
    Line,
    ShortLine,
    State,
    Told,
    kept,
)
from khata.api.schemas.levies import VatRegistrations, VatRegistrationTold
from khata.api.schemas.places import AddressLinesAsked, AddressTold
from khata.api.schemas.sales_tax import Nexuses, NexusTold
from khata.core.ids import public_id
from khata.core.registration import Registration
from khata.core.tax.luts import lut_shown
from khata.core.tax.parties import Lut

Series = Annotated[
    dict[
        Literal[
            "invoice",
            "credit_note",
            "bill_of_supply",
            "receipt_voucher",
            "refund_voucher",
            "payment_request",
            "debit_note",
            "revised_invoice",
            "commercial_credit_note",
        ],
        Annotated[str, StringConstraints(min_length=1, max_length=40), ONE_LINE],
    ],
    Field(
        max_length=9,
        description="The pattern of each document's numbers: {fy} is the financial year, {n:05} "
        "the count in five digits. At most 16 characters come out of it (CGST rule 46(b)).",
        examples=[{"invoice": "INV/{fy}/{n:05}"}],
    ),
]


SchemeName = Literal["regular", "composition", "sez", "oidar"]
ExportRouteName = Literal["lut_if_valid", "lut_required", "with_payment"]


def _only_true(value: bool) -> bool:
    if not value:
        raise PydanticCustomError(
            "only_true", "Make another registration the default; there is always one"
        )
    return value


OnlyTrue = Annotated[
    bool, AfterValidator(_only_true), WithJsonSchema({"type": "boolean", "const": True})
]


AnnualReturns = Annotated[
    dict[Annotated[str, StringConstraints(pattern=r"^[0-9]{2}-[0-9]{2}$")], Day],
    Field(
        max_length=40,
        description="When the annual return of a financial year was furnished: from then on no "
        "credit note takes tax of that year back (CGST Act s.34(2))",
        examples=[{"25-26": "2026-11-12"}],
    ),
]


_EFFECTIVE = "From when it is registered under GST, as its certificate says (CGST rule 10)"
_CERTIFICATE = "The day of its certificate of registration"


class LutAsked(Asked):
    """A letter of undertaking: leave to export, or supply an SEZ, without paying IGST first."""

    number: ShortLine = Field(description="Its reference (ARN)", examples=["AD290426012345X"])
    valid_from: Day = Field(description="The first day it holds", examples=["2026-04-01"])
    valid_to: Day = Field(description="The last day it holds", examples=["2027-03-31"])

    @property
    def lut(self) -> Lut:
        return Lut(self.number, self.valid_from, self.valid_to)


class LutTold(Told):
    """A letter of undertaking."""

    number: str = Field(description="Its reference (ARN)")
    valid_from: Day = Field(description="The first day it holds")
    valid_to: Day = Field(description="The last day it holds")

    @classmethod
    def of(cls, lut: Lut) -> Self:
        return cls.model_construct(
            number=lut.number, valid_from=lut.valid_from, valid_to=lut.valid_to
        )


class RegistrationCreate(Asked):
    """A name, tax number and place to sell under."""

    legal_name: Line = Field(description="As registered", examples=["Chai Cloud Pvt Ltd"])
    country: Country
    state: State | None = Field(
        None, description="ISO 3166-2 without the country; in India it decides the tax"
    )
    tax_id: TaxIdAsked | None = Field(
        None, description="Without it the seller is unregistered and charges no GST"
    )
    address: AddressLinesAsked | None = Field(None, description="The place of business")
    lut: LutAsked | None = Field(None, description="For zero-rated supplies without IGST")
    series: Series = Field(default_factory=dict)
    scheme: SchemeName = Field(
        "regular",
        description="Under composition no tax is collected; an SEZ unit sells between states "
        "always; `oidar` sells online from abroad under a number that begins with 99",
    )
    export_route: ExportRouteName = Field(
        "lut_if_valid",
        description="Exports under a letter where one holds, never without one, or with IGST",
    )
    trade_name: Line | None = Field(None, description="What it trades under; else the account's")
    bank: Bank | None = Field(None, description="Where its invoices are paid; else the account's")
    logo: Logo | None = Field(None, description="PNG or SVG as a data: URL; else the account's")
    signatory: Line | None = Field(None, description="Who signs its documents")
    e_invoice_exempt_as: ExemptName | None = Field(
        None, description="The class of sellers that need no IRNs, if it is of one"
    )
    vat_registrations: VatRegistrations = Field(default_factory=list)
    nexuses: Nexuses = Field(default_factory=list)
    default: bool = Field(False, description="Whether it sells where none is named")
    effective_on: Day | None = Field(None, description=_EFFECTIVE)
    certificate_on: Day | None = Field(None, description=_CERTIFICATE)
    succeeds: Id | None = Field(
        None,
        description="The registration without a GSTIN in whose place it sells: its subscriptions "
        "and rules go over to this one, and invoices of the time before the certificate can be "
        "revised",
    )


class RegistrationChange(Asked):
    """What is left out stays. Place and tax number never change: make another registration."""

    legal_name: Line = Field(default_factory=kept, description="As registered")
    address: AddressLinesAsked = Field(default_factory=kept, description="The place of business")
    lut: LutAsked | None = Field(
        default_factory=kept,
        description="Joins the letters of undertaking there are; one with its number or its days "
        "is corrected. Null takes away the one that `lut` shows",
    )
    series: Series = Field(default_factory=kept)
    scheme: SchemeName = Field(
        default_factory=kept, description="Of invoices from now on; those made before stay"
    )
    export_route: ExportRouteName = Field(
        default_factory=kept, description="How zero-rated supplies are made from now on"
    )
    trade_name: Line | None = Field(default_factory=kept, description="Null: the account's")
    bank: Bank | None = Field(default_factory=kept, description="Null: the account's")
    logo: Logo | None = Field(default_factory=kept, description="Null: the account's")
    signatory: Line | None = Field(default_factory=kept, description="Who signs its documents")
    e_invoice_exempt_as: ExemptName | None = Field(
        default_factory=kept, description="The class of sellers that need no IRNs; null: of none"
    )
    vat_registrations: VatRegistrations = Field(default_factory=kept)
    nexuses: Nexuses = Field(default_factory=kept)
    annual_returns: AnnualReturns = Field(default_factory=kept)
    effective_on: Day | None = Field(default_factory=kept, description=_EFFECTIVE)
    certificate_on: Day | None = Field(default_factory=kept, description=_CERTIFICATE)
    default: OnlyTrue = Field(
        default_factory=kept, description="Makes it the default; another takes that from it"
    )


class RegistrationObject(Told):
    """A name, tax number and place that is sold under."""

    id: str = Field(examples=["reg_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["registration"] = "registration"
    livemode: bool = Field(description="Whether it is real, or a test")
    legal_name: str = Field(description="As registered")
    country: str = Field(description="ISO 3166-1 alpha-2", examples=["IN"])
    state: str | None = Field(description="ISO 3166-2 without the country", examples=["KA"])
    tax_id: TaxIdTold | None = Field(description="Its tax number")
    address: AddressTold = Field(description="The place of business")
    lut: LutTold | None = Field(
        description="Its letter of undertaking: the one in force today, else the next, else the "
        "last"
    )
    luts: list[LutTold] = Field(
        description="All of them; an invoice is issued under the one that holds on its day"
    )
    series: dict[str, str] = Field(description="The pattern of each document's numbers")
    scheme: SchemeName = Field(description="Under which scheme of GST it is registered")
    export_route: ExportRouteName = Field(description="How it makes zero-rated supplies")
    trade_name: str | None = Field(description="What it trades under; null: as the account does")
    bank: Bank | None = Field(description="Where its invoices are paid; null: as the account's")
    logo: str | None = Field(description="PNG or SVG as a data: URL; null: the account's")
    signatory: str | None = Field(description="Who signs its documents")
    e_invoice_exempt_as: ExemptName | None = Field(
        description="The class of sellers that need no IRNs, if it is of one"
    )
    vat_registrations: list[VatRegistrationTold] = Field(
        description="Its numbers for VAT, by country and day"
    )
    nexuses: list[NexusTold] = Field(description="Where else it collects tax, by place and day")
    annual_returns: dict[str, date] = Field(
        description="When the annual return of a financial year was furnished"
    )
    effective_on: date | None = Field(description=_EFFECTIVE)
    certificate_on: date | None = Field(description=_CERTIFICATE)
    succeeds: str | None = Field(description="In the place of which registration it sells")
    default: bool = Field(description="Whether it sells where none is named")
    created: Created

    @classmethod
    def of(cls, registration: Registration, livemode: bool, *, today: date) -> Self:
        lut = lut_shown(registration.luts, on=today)
        exempt = registration.e_invoice_exempt_as
        return cls(
            id=public_id("reg", registration.id),
            livemode=livemode,
            legal_name=registration.legal_name,
            country=registration.country,
            state=registration.state,
            tax_id=TaxIdTold.model_validate(
                {"type": registration.tax_id_type, "value": registration.tax_id}
            )
            if registration.tax_id
            else None,
            address=AddressTold.of(
                registration.address, country=registration.country, state=registration.state
            ),
            lut=LutTold.of(lut) if lut else None,
            luts=[LutTold.of(one) for one in registration.luts],
            series=dict(registration.series),
            scheme=registration.scheme.value,
            export_route=registration.export_route.value,
            trade_name=registration.trade_name,
            bank=None if registration.bank is None else Bank.model_validate(registration.bank),
            logo=registration.logo,
            signatory=registration.signatory,
            e_invoice_exempt_as=None if exempt is None else exempt.value,
            vat_registrations=[
                VatRegistrationTold.of(one) for one in registration.vat_registrations
            ],
            nexuses=[NexusTold.of(one) for one in registration.nexuses],
            annual_returns=dict(registration.annual_returns),
            effective_on=registration.effective_on,
            certificate_on=registration.certificate_on,
            succeeds=public_id("reg", registration.succeeds) if registration.succeeds else None,
            default=registration.is_default,
            created=registration.created_at,
        )
