"""Accounts on the wire: a business, its policies and how its documents look."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, cast

from pydantic import Field, StringConstraints

from khata.api.schemas.fields import (
    Asked,
    Country,
    Created,
    Currency,
    Email,
    Line,
    ShortLine,
    State,
    Timezone,
    Told,
    kept,
)
from khata.api.schemas.places import AddressLinesAsked
from khata.api.schemas.shapes import Shape
from khata.core.account import Tenant
from khata.core.ids import public_id

Password = Annotated[str, StringConstraints(min_length=8, max_length=128)]
Logo = Annotated[
    str,
    StringConstraints(max_length=200_000),
    Shape(
        r"^data:image/(png|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}$",
        "A PNG or SVG as a data: URL is asked for, such as data:image/png;base64,…",
    ),
]
Vpa = Annotated[
    str,
    StringConstraints(max_length=80),
    Shape(
        r"^[A-Za-z0-9._-]{2,64}@[A-Za-z][A-Za-z0-9]{1,14}$",
        "A UPI address is asked for, such as chaicloud@hdfcbank",
    ),
]


Ifsc = Annotated[
    str,
    Shape(
        r"^[A-Z]{4}0[A-Z0-9]{6}$",
        "An IFSC has four capitals, a 0 and six capitals or digits, such as HDFC0000001",
    ),
]
Swift = Annotated[
    str,
    Shape(
        r"^[A-Z0-9]{8}([A-Z0-9]{3})?$",
        "A SWIFT code has 8 or 11 capitals and digits, such as HDFCINBB",
    ),
]


class AccountCreate(Asked):
    """A business that signs up."""

    business_name: Line = Field(
        description="Its legal name: invoices show it", examples=["Chai Cloud Pvt Ltd"]
    )
    email: Email = Field(description="Who signs in", examples=["founder@chai.example"])
    password: Password = Field(
        description="8 to 128 characters; kept as an Argon2 hash",
        examples=["correct horse battery staple"],
    )
    country: Country
    state: State | None = Field(
        None, description="ISO 3166-2 without the country; in India it decides the tax"
    )
    timezone: Timezone = Field("Asia/Kolkata", description="In which its days and months begin")
    currency: Currency = Field("INR", description="ISO 4217; what its customers pay unless told")
    gstin: ShortLine | None = Field(
        None,
        description="Without it the seller is unregistered and charges no GST",
        examples=["29ABCCT1234E1ZL"],
    )
    address: AddressLinesAsked | None = Field(None, description="The place of business")


class ModeOpened(Told):
    """The account in one mode."""

    tenant: str = Field(description="The tenant's id", examples=["ten_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    livemode: bool = Field(description="Whether it is real, or a test")
    secret_key: str = Field(
        description="Told this once; a repeated request shows its two ends only",
        examples=["sk_test_…"],
    )


class AccountOpened(Told):
    """A new account."""

    id: str = Field(examples=["acct_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["account"] = "account"
    business_name: str = Field(description="Its legal name")
    email: str = Field(description="Who signs in")
    country: str = Field(description="ISO 3166-1 alpha-2", examples=["IN"])
    state: str | None = Field(description="ISO 3166-2 without the country", examples=["KA"])
    timezone: str = Field(description="IANA time zone", examples=["Asia/Kolkata"])
    currency: str = Field(description="ISO 4217", examples=["INR"])
    created: Created
    test: ModeOpened = Field(description="The tenant to try things in; nothing in it is real")
    live: ModeOpened = Field(description="The tenant that real money moves in")


AfterLastRetryName = Literal["unpaid", "canceled", "paused", "past_due", "uncollectible"]
RetryDaysByClass = Annotated[
    dict[
        Literal["soft", "customer_action", "config"],
        Annotated[list[Annotated[int, Field(ge=1, le=30)]], Field(max_length=10)],
    ],
    Field(max_length=3),
]


class PoliciesAsked(Asked):
    """What is left out stays as it is."""

    round_off: Literal["none", "rupee"] = Field(
        default_factory=kept,
        description="Whether an invoice's total is rounded to a whole rupee, as a row of its own",
    )
    retry_days: list[Annotated[int, Field(ge=1, le=30)]] = Field(
        default_factory=kept,
        max_length=10,
        description="Days after each failure until the next try",
        examples=[[1, 2, 4, 8]],
    )
    retry_days_by_class: RetryDaysByClass = Field(
        default_factory=kept,
        description="Other days for a class of decline; an empty list gives up at once. Lost cards "
        "and ended mandates are never tried again",
        examples=[{"customer_action": [3, 7]}],
    )
    retry_hour: Annotated[int, Field(ge=0, le=23)] | None = Field(
        default_factory=kept,
        description="At which hour of the customer's day is tried again; null: that of the failure",
        examples=[10],
    )
    pay_days: list[Annotated[int, Field(ge=1, le=31)]] = Field(
        default_factory=kept,
        max_length=10,
        description="Days of the month on which money comes in (31: the last): a try for want of "
        "funds waits for one that comes before the try after",
        examples=[[1, 7, 31]],
    )
    after_last_retry: AfterLastRetryName = Field(
        default_factory=kept, description="What becomes of a subscription that cannot be collected"
    )
    write_off_when_given_up: bool = Field(
        default_factory=kept, description="Whether such an invoice is written off at once"
    )
    days_until_due: int = Field(
        default_factory=kept,
        ge=0,
        le=365,
        description="The days a customer has to pay an invoice that is sent",
    )
    reminder_days: list[Annotated[int, Field(ge=1, le=180)]] = Field(
        default_factory=kept,
        max_length=10,
        description="Days after the due date on which a customer who pays by hand is reminded",
        examples=[[1, 7, 14]],
    )
    pause_credit: Literal["prorated", "none"] = Field(
        default_factory=kept,
        description="Whether a pause credits the days that were billed, unless it says itself",
    )
    return_urls: list[Line] = Field(
        default_factory=kept,
        max_length=20,
        description="The origins (https://, host, port) to which payers may be sent back from "
        "hosted pages; in test mode also http://localhost",
        examples=[["https://shop.example"]],
    )
    over_payment: Literal["credit", "advance", "refuse"] = Field(
        default_factory=kept,
        description="What becomes of money by hand beyond what is owed: the customer's credit; "
        "above 1,000.00 rupees an advance for services, taxed at once by a receipt voucher; or a "
        "refusal",
    )
    on_dispute_lost: Literal["nothing", "cancel"] = Field(
        default_factory=kept,
        description="What becomes of a subscription whose payment a dispute took back for good",
    )
    fallback_methods: Literal["off", "same_customer"] = Field(
        default_factory=kept,
        description="Whether another payment method of the same customer is tried at once where "
        "one could not be charged through nobody's fault, and certainly took nothing",
    )
    mandates_after_cancel: Literal["withdraw", "keep"] = Field(
        default_factory=kept,
        description="What becomes of a mandate when a subscription ends, nothing else goes on by "
        "it and nothing is owed any more",
    )
    tax_not_registered: Literal["charge_none", "refuse"] = Field(
        default_factory=kept,
        description="What becomes of a sale abroad whose VAT no registration of the seller covers: "
        "it is billed without and the invoice keeps why, or it is refused",
    )
    vat_check_days: Annotated[int, Field(ge=1, le=366)] = Field(
        default_factory=kept,
        description="How many days an answer of its register lets a VAT id count as a business's",
    )
    exchange_rate_days: Annotated[int, Field(ge=0, le=31)] = Field(
        default_factory=kept, description="How many days old a rate may be that values an invoice"
    )
    e_invoice_format: Literal["none", "factur_x"] = Field(
        default_factory=kept,
        description="What the PDF of an invoice with VAT to a business carries for its machines",
    )


class PoliciesTold(Told):
    """The choices on which billing differs."""

    round_off: Literal["none", "rupee"] = Field(description="How totals are rounded")
    retry_days: list[int] = Field(description="Days after each failure until the next try")
    retry_days_by_class: dict[Literal["soft", "customer_action", "config"], list[int]] = Field(
        description="Other days for a class of decline"
    )
    retry_hour: int | None = Field(description="The hour of the customer's day of each try")
    pay_days: list[int] = Field(description="Days of the month that a try may wait for")
    after_last_retry: AfterLastRetryName = Field(
        description="What becomes of a subscription that cannot be collected"
    )
    write_off_when_given_up: bool = Field(description="Whether an invoice given up is written off")
    days_until_due: int = Field(description="The days to pay an invoice that is sent")
    reminder_days: list[int] = Field(description="Days after the due date with a reminder")
    pause_credit: Literal["prorated", "none"] = Field(
        description="Whether a pause credits the days that were billed"
    )
    return_urls: list[str] = Field(description="Where payers may be sent back to")
    over_payment: Literal["credit", "advance", "refuse"] = Field(
        description="What becomes of money by hand beyond what is owed"
    )
    on_dispute_lost: Literal["nothing", "cancel"] = Field(
        description="What becomes of a subscription whose payment a dispute took back for good"
    )
    fallback_methods: Literal["off", "same_customer"] = Field(
        description="Whether another of the customer's methods is tried at once where one could "
        "not be charged through nobody's fault"
    )
    mandates_after_cancel: Literal["withdraw", "keep"] = Field(
        description="What becomes of a mandate when a subscription ends, nothing else goes on by "
        "it and nothing is owed any more"
    )
    tax_not_registered: Literal["charge_none", "refuse"] = Field(
        description="What becomes of a sale whose VAT no registration of the seller covers"
    )
    vat_check_days: int = Field(
        description="How many days an answer of its register lets a VAT id count as a business's"
    )
    exchange_rate_days: int = Field(description="How many days old a rate of exchange may be")
    e_invoice_format: Literal["none", "factur_x"] = Field(
        description="What the PDF of an invoice with VAT to a business carries for its machines"
    )


class Bank(Asked):
    """Where a transfer goes."""

    account_name: Line = Field(description="Whose account it is", examples=["Chai Cloud Pvt Ltd"])
    account_number: ShortLine = Field(
        description="Its number, or its IBAN", examples=["001234567890"]
    )
    ifsc: Ifsc | None = Field(
        None, description="The code of a branch in India", examples=["HDFC0000001"]
    )
    bank: Line = Field(description="The bank's name", examples=["HDFC Bank"])
    swift: Swift | None = Field(None, description="For transfers from abroad")


class BrandingAsked(Asked):
    """What is left out stays; null takes it away."""

    logo: Logo | None = Field(
        default_factory=kept, description="PNG or SVG as a data: URL; it may add 12 kB to a PDF"
    )
    upi_vpa: Vpa | None = Field(
        default_factory=kept,
        description="The UPI address for the QR code on invoices",
        examples=["chaicloud@hdfcbank"],
    )
    upi_gst: bool | None = Field(
        default_factory=kept, description="Let a consumer's QR code tell the GST too, by heads"
    )
    bank: Bank | None = Field(default_factory=kept, description="Where a transfer goes")
    phone: ShortLine | None = Field(
        default_factory=kept,
        description="Where the seller is called; XRechnung asks for it",
        examples=["+49 30 1234567"],
    )


class BrandingTold(Told):
    """What documents show beside the facts."""

    logo: str | None = Field(description="PNG or SVG as a data: URL")
    upi_vpa: str | None = Field(description="The UPI address for the QR code on invoices")
    upi_gst: bool = Field(description="Whether a consumer's QR code tells the GST too")
    bank: Bank | None = Field(description="Where a transfer goes")
    phone: str | None = Field(description="Where the seller is called")


class AccountChange(Asked):
    """What is left out stays as it is. It holds for the mode of the key that asks."""

    business_name: Line = Field(default_factory=kept, description="What it trades under")
    email: Email = Field(default_factory=kept, description="What documents show; not who signs in")
    address: AddressLinesAsked = Field(
        default_factory=kept, description="Of the default registration, from now on"
    )
    policies: PoliciesAsked = Field(
        default_factory=kept, description="They hold for what is decided from now on"
    )
    branding: BrandingAsked = Field(default_factory=kept, description="How documents look")


class AccountObject(Told):
    """The account in the mode of the key that asks."""

    id: str = Field(examples=["acct_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["account"] = "account"
    livemode: bool = Field(description="Whether it is real, or a test")
    tenant: str = Field(description="The tenant's id", examples=["ten_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    sandbox: str | None = Field(description="The sandbox's name, where the key is of one")
    business_name: str = Field(description="What it trades under")
    email: str = Field(description="What documents show")
    country: str = Field(description="ISO 3166-1 alpha-2", examples=["IN"])
    state: str | None = Field(description="ISO 3166-2 without the country", examples=["KA"])
    timezone: str = Field(description="In which its days and months begin")
    currency: str = Field(description="ISO 4217", examples=["INR"])
    policies: PoliciesTold = Field(description="The choices on which billing differs")
    branding: BrandingTold = Field(description="How documents look")
    created: Created

    @classmethod
    def of(cls, tenant: Tenant, branding: Mapping[str, Any]) -> Self:
        policies = tenant.policies
        return cls(
            id=public_id("acct", tenant.account_id),
            livemode=tenant.livemode,
            tenant=public_id("ten", tenant.id),
            sandbox=tenant.sandbox,
            business_name=tenant.name,
            email=tenant.email,
            country=tenant.country,
            state=tenant.state,
            timezone=tenant.timezone,
            currency=tenant.currency,
            policies=PoliciesTold(
                round_off=policies.round_off.value,
                retry_days=list(policies.retry_days),
                retry_days_by_class=cast(
                    "dict[Any, list[int]]",
                    {name: list(days) for name, days in policies.retry_days_by_class.items()},
                ),
                retry_hour=policies.retry_hour,
                pay_days=list(policies.pay_days),
                after_last_retry=policies.after_last_retry.value,
                write_off_when_given_up=policies.write_off_when_given_up,
                days_until_due=policies.days_until_due,
                reminder_days=list(policies.reminder_days),
                pause_credit=policies.pause_credit.value,
                return_urls=list(policies.return_urls),
                over_payment=policies.over_payment.value,
                on_dispute_lost=policies.on_dispute_lost.value,
                mandates_after_cancel=policies.mandates_after_cancel.value,
                fallback_methods=policies.fallback_methods.value,
                tax_not_registered=policies.tax_not_registered.value,
                vat_check_days=policies.vat_check_days,
                exchange_rate_days=policies.exchange_rate_days,
                e_invoice_format=policies.e_invoice_format.value,
            ),
            branding=BrandingTold(
                logo=branding.get("logo"),
                upi_vpa=branding.get("upi_vpa"),
                upi_gst=bool(branding.get("upi_gst")),
                bank=branding.get("bank"),
                phone=branding.get("phone"),
            ),
            created=tenant.created_at,
        )
