"""A tenant's own tax facts on the wire: rates, turnovers, rates of exchange, rules, exemptions."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field

from khata.api.schemas.fields import (
    Asked,
    Country,
    Created,
    Currency,
    Day,
    Id,
    Line,
    ShortLine,
    State,
    Told,
)
from khata.api.schemas.shapes import Shape
from khata.core.ids import parse_id, public_id
from khata.core.registration_rules import RegistrationRule
from khata.core.tax.exemptions import Exemption, ExemptionKind
from khata.core.tax.nature import Nature
from khata.core.tax.rate_table import Rate
from khata.core.tax.rupees import ExchangeRate

RatePercent = Annotated[
    str,
    Shape(r"^[0-9]{1,3}(\.[0-9]{1,3})?$", "A percentage has at most three decimals, such as 2.5"),
]
Rupees = Annotated[
    str, Shape(r"^[0-9]{1,6}(\.[0-9]{1,8})?$", "A rate has at most eight decimals, such as 84.125")
]
Prefix = Annotated[str, Shape(r"^[0-9]{2,8}$", "Two to eight digits are asked for")]
YearText = Annotated[str, Shape(r"^[0-9]{2}-[0-9]{2}$", "A financial year is spelled 25-26")]
NatureName = Literal["taxable", "nil_rated", "exempt", "non_gst"]
ExemptionKindName = Literal[
    "resale", "government", "nonprofit", "diplomatic", "direct_pay", "tax_exempt", "notification"
]

_FIRST = "The first day it holds"
_LAST = "The last day; null: nothing ends it"


class TaxRateCreate(Asked):
    """A rate of GST of your own; it wins over the one that khata has for the code."""

    prefix: Prefix = Field(
        description="The first digits of the HSN or SAC codes it is for", examples=["4901"]
    )
    percent: RatePercent = Field(
        description="The whole rate: IGST, or CGST and SGST together", examples=["5"]
    )
    cess: RatePercent = Field("0", description="The compensation cess beside it, in percent")
    nature: NatureName = Field("taxable", description="At 0 percent, why")
    valid_from: Day = Field(description=_FIRST, examples=["2026-04-01"])
    valid_to: Day | None = Field(None, description=_LAST)
    note: Line = Field(description="What it is for", examples=["Printed books"])
    source: Line = Field(
        description="The notification that says so", examples=["Notf. 9/2025-CTR, schedule I"]
    )

    @property
    def rate(self) -> Rate:
        return Rate(
            self.prefix,
            Fraction(self.percent),
            self.valid_from,
            self.valid_to,
            self.note,
            self.source,
            Fraction(self.cess),
            Nature(self.nature),
        )


class LastDay(Asked):
    """When it ends."""

    valid_to: Day = Field(description="The last day it holds", examples=["2027-03-31"])


class TaxRateObject(Told):
    """A rate of GST of the account's own."""

    id: str = Field(examples=["txr_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["tax_rate"] = "tax_rate"
    livemode: bool = Field(description="Whether it is real, or a test")
    prefix: str = Field(description="The first digits of the codes it is for")
    percent: str = Field(description="The whole rate", examples=["5"])
    cess: str = Field(description="The compensation cess beside it", examples=["0"])
    nature: NatureName = Field(description="At 0 percent, why")
    valid_from: date = Field(description=_FIRST)
    valid_to: date | None = Field(description=_LAST)
    note: str = Field(description="What it is for")
    source: str = Field(description="The notification that says so")
    created: Created

    @classmethod
    def of(cls, row: Mapping[str, Any], livemode: bool) -> Self:
        fields = ("prefix", "percent", "cess", "nature", "valid_from", "valid_to", "note", "source")
        return cls.model_validate(
            {name: row[name] for name in fields}
            | {
                "id": public_id("txr", row["id"]),
                "livemode": livemode,
                "created": row["created_at"],
            }
        )


class TurnoverCreate(Asked):
    """The turnover of a financial year; a later word for the same year replaces it."""

    financial_year: YearText = Field(description="April to March", examples=["25-26"])
    amount: int = Field(
        ge=0,
        le=10**17,
        description="Of all registrations of the PAN together, in paise",
        examples=[5_00_00_000_00],
    )


class TurnoverObject(Told):
    """What the account said of the turnover of a year."""

    id: str = Field(examples=["trn_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["turnover"] = "turnover"
    livemode: bool = Field(description="Whether it is real, or a test")
    financial_year: str = Field(description="April to March", examples=["25-26"])
    amount: int = Field(description="In paise", examples=[5_00_00_000_00])
    created: Created

    @classmethod
    def of(cls, row: Mapping[str, Any], livemode: bool) -> Self:
        return cls(
            id=public_id("trn", row["id"]),
            livemode=livemode,
            financial_year=row["financial_year"],
            amount=row["amount"],
            created=row["created_at"],
        )


class RupeeRate(Asked):
    """Rupees for one unit of another currency, as somebody published them."""

    rate: Rupees = Field(description="Rupees for one unit", examples=["84.1250"])
    on: Day = Field(description="The day it was published for", examples=["2026-11-20"])
    source: Line = Field(
        description="Who published it", examples=["Reserve Bank of India, reference rate"]
    )

    @property
    def decimal(self) -> Decimal:
        return Decimal(self.rate)


class ExchangeRateCreate(RupeeRate):
    """A rate of exchange that invoices of the days after it are valued by."""

    currency: Currency

    @property
    def exchange(self) -> ExchangeRate:
        return ExchangeRate(self.currency, self.on, self.decimal, self.source)


class ExchangeRateObject(Told):
    """A rate of exchange to rupees."""

    id: str = Field(examples=["fx_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["exchange_rate"] = "exchange_rate"
    livemode: bool = Field(description="Whether it is real, or a test")
    currency: str = Field(description="ISO 4217", examples=["USD"])
    on: date = Field(description="The day it was published for")
    rate: str = Field(description="Rupees for one unit", examples=["84.1250"])
    source: str = Field(description="Who published it")
    created: Created

    @classmethod
    def of(cls, row: Mapping[str, Any], livemode: bool) -> Self:
        return cls(
            id=public_id("fx", row["id"]),
            livemode=livemode,
            currency=row["currency"],
            on=row["quoted_on"],
            rate=row["rate"],
            source=row["source"],
            created=row["created_at"],
        )


class RegistrationRuleCreate(Asked):
    """Which registration issues where none is named; it names a product or a country."""

    registration: Id = Field(description="The registration that issues")
    product: Id | None = Field(None, description="Where this product is among what is sold")
    country: Country | None = Field(None, description="Where the customer is in this country")
    state: State | None = Field(None, description="… and in this state of it")
    valid_from: Day = Field(description=_FIRST, examples=["2026-04-01"])
    valid_to: Day | None = Field(None, description=_LAST)

    def rule(self, id: UUID) -> RegistrationRule:
        product = self.product
        return RegistrationRule(
            id,
            parse_id("reg", self.registration, param="registration"),
            None if product is None else parse_id("prod", product, param="product"),
            self.country,
            self.state,
            self.valid_from,
            self.valid_to,
        )


class RegistrationRuleObject(Told):
    """A rule of which registration issues."""

    id: str = Field(examples=["rrl_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["registration_rule"] = "registration_rule"
    livemode: bool = Field(description="Whether it is real, or a test")
    registration: str = Field(description="The registration that issues")
    product: str | None = Field(description="Where this product is sold")
    country: str | None = Field(description="Where the customer is in this country")
    state: str | None = Field(description="… and in this state of it")
    valid_from: date = Field(description=_FIRST)
    valid_to: date | None = Field(description=_LAST)
    created: Created

    @classmethod
    def of(cls, row: Mapping[str, Any], livemode: bool) -> Self:
        product = row["product_id"]
        return cls(
            id=public_id("rrl", row["id"]),
            livemode=livemode,
            registration=public_id("reg", row["registration_id"]),
            product=None if product is None else public_id("prod", product),
            country=row["country"],
            state=row["state"],
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
            created=row["created_at"],
        )


class ExemptionCreate(Asked):
    """Why a customer is not taxed in a place."""

    country: Country
    state: State | None = Field(None, description="Where it holds; null: in all of the country")
    kind: ExemptionKindName = Field(
        description="India knows `notification` alone, with its number as the certificate"
    )
    certificate: ShortLine = Field(
        description="The number of the certificate or notification", examples=["1-2345-67"]
    )
    valid_from: Day = Field(description=_FIRST, examples=["2026-04-01"])
    valid_to: Day | None = Field(None, description=_LAST)
    reason: Line | None = Field(None, description="In your words")

    def exemption(self, id: UUID) -> Exemption:
        return Exemption(
            id,
            self.country,
            self.state,
            ExemptionKind(self.kind),
            self.certificate,
            self.valid_from,
            self.valid_to,
            self.reason,
        )


class ExemptionObject(Told):
    """A certificate by which a customer is not taxed."""

    id: str = Field(examples=["exm_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["exemption"] = "exemption"
    livemode: bool = Field(description="Whether it is real, or a test")
    customer: str = Field(description="Whose it is")
    country: str = Field(description="ISO 3166-1 alpha-2", examples=["US"])
    state: str | None = Field(description="Where it holds; null: in all of the country")
    kind: ExemptionKindName = Field(description="Why no tax is charged")
    certificate: str = Field(description="The number of the certificate or notification")
    valid_from: date = Field(description=_FIRST)
    valid_to: date | None = Field(description=_LAST)
    reason: str | None = Field(description="In your words")
    created: Created

    @classmethod
    def of(cls, row: Mapping[str, Any], livemode: bool) -> Self:
        fields = ("country", "state", "kind", "certificate", "valid_from", "valid_to", "reason")
        return cls.model_validate(
            {name: row[name] for name in fields}
            | {
                "id": public_id("exm", row["id"]),
                "livemode": livemode,
                "customer": public_id("cus", row["customer_id"]),
                "created": row["created_at"],
            }
        )
