"""Sales tax and taxes elsewhere on the wire: nexuses, confirmations, states, thresholds."""

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Asked, Country, Created, Day, Line, ShortLine, State, Told
from khata.api.schemas.shapes import Shape
from khata.core.ids import public_id
from khata.core.tax.confirmations import Confirmation, Jurisdiction, UsedBy
from khata.core.tax.parties import Nexus, NexusScheme
from khata.core.tax.rate_table import decimal_percent
from khata.core.tax.thresholds import Watched
from khata.core.tax.us_states import UsState
from khata.db.stores.tax_confirmations import Confirmed

NexusSchemeName = Literal["regular", "simplified"]
UsedByName = Literal["anyone", "business", "consumer"]
StandingName = Literal["registered", "below", "near", "reached"]
Percent = Annotated[
    str,
    Shape(r"^[0-9]{1,2}(\.[0-9]{1,4})?$", "A percentage has at most four decimals, such as 8.875"),
]
PostalPrefix = Annotated[str, Shape(r"^[0-9]{0,5}$", "A ZIP code begins with up to five digits")]

_FIRST = "The first day it holds"
_LAST = "The last day it holds; null: no end is known"


class NexusAsked(Asked):
    """A country, or a state of it, where tax is collected under a registration."""

    country: Country = Field(description="Whose tax it is", examples=["US"])
    state: State | None = Field(
        None, description="In the United States and for provincial taxes of Canada", examples=["TX"]
    )
    number: ShortLine = Field(description="Of the permit", examples=["32012345678"])
    scheme: NexusSchemeName = Field(
        "simplified",
        description="Simplified, as sellers from abroad are: businesses there are mostly not "
        "charged. Regular: everybody is. Of no importance in the United States",
    )
    valid_from: Day = Field(description=_FIRST, examples=["2026-01-01"])
    valid_to: Day | None = Field(None, description=_LAST)

    @property
    def nexus(self) -> Nexus:
        return Nexus(
            self.country,
            self.state,
            self.number,
            self.valid_from,
            self.valid_to,
            NexusScheme(self.scheme),
        )


Nexuses = Annotated[
    list[NexusAsked],
    Field(
        max_length=120,
        description="Everywhere else it collects tax: states of the USA, and countries beside "
        "India, the Union and the United Kingdom; nothing is charged elsewhere",
    ),
]


class NexusTold(Told):
    """A country, or a state of it, where tax is collected under a registration."""

    country: str = Field(description="Whose tax it is", examples=["US"])
    state: str | None = Field(description="Of which state", examples=["TX"])
    number: str = Field(description="Of the permit", examples=["32012345678"])
    scheme: NexusSchemeName = Field(description="Whether businesses are charged as well")
    valid_from: Day = Field(description=_FIRST)
    valid_to: Day | None = Field(description=_LAST)

    @classmethod
    def of(cls, one: Nexus) -> Self:
        return cls.model_construct(
            country=one.country,
            state=one.state,
            number=one.number,
            scheme=one.scheme.value,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
        )


class JurisdictionAsked(Asked):
    """One whose tax it is: the state, a county, a city, a district."""

    name: ShortLine = Field(description="As documents name it", examples=["State"])
    percent: Percent = Field(description="Its rate on what is taxed", examples=["6.25"])


class JurisdictionTold(Told):
    """One whose tax it is."""

    name: str = Field(description="As documents name it", examples=["State"])
    percent: str = Field(description="Its rate on what is taxed", examples=["6.25"])


class TaxConfirmationCreate(Asked):
    """How a state of the USA taxes software as a service, as you have looked it up."""

    state: State = Field(description="ISO 3166-2 without the country", examples=["TX"])
    postal_prefix: PostalPrefix = Field(
        "", description="Only where the ZIP code begins so; the longest that fits decides"
    )
    used_by: UsedByName = Field(
        "anyone", description="Whose use is taxed so; a customer with an EIN is a business"
    )
    taxable_percent: int = Field(
        description="The part of the price that is taxed; 0: it is not taxed",
        examples=[80],
        ge=0,
        le=100,
    )
    jurisdictions: list[JurisdictionAsked] = Field(
        default_factory=list, max_length=20, description="Whose tax it is, with each rate"
    )
    valid_from: Day = Field(description=_FIRST, examples=["2026-01-01"])
    valid_to: Day | None = Field(None, description=_LAST)
    source: Line = Field(
        description="Where you looked it up; invoices keep it", examples=["Tex. Tax Code 151.351"]
    )
    confirmed_by: Line = Field(description="Who answers for it", examples=["Asha Rao, CPA"])

    @property
    def confirmation(self) -> Confirmation:
        return Confirmation(
            self.state,
            self.postal_prefix,
            UsedBy(self.used_by),
            self.taxable_percent,
            tuple(Jurisdiction(one.name, Fraction(one.percent)) for one in self.jurisdictions),
            self.valid_from,
            self.valid_to,
            self.source,
        )


class TaxConfirmationObject(Told):
    """What was confirmed of sales tax in a state of the USA."""

    id: str = Field(examples=["txc_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["tax_confirmation"] = "tax_confirmation"
    livemode: bool = Field(description="Whether it is real, or a test")
    state: str = Field(description="ISO 3166-2 without the country", examples=["TX"])
    postal_prefix: str = Field(description="Where the ZIP code begins so; empty: everywhere")
    used_by: UsedByName = Field(description="Whose use is taxed so")
    taxable_percent: int = Field(description="The part of the price that is taxed")
    jurisdictions: list[JurisdictionTold] = Field(description="Whose tax it is")
    valid_from: date = Field(description=_FIRST)
    valid_to: date | None = Field(description=_LAST)
    source: str = Field(description="Where it was looked up")
    confirmed_by: str = Field(description="Who answers for it")
    created: Created

    @classmethod
    def of(cls, kept: Confirmed, livemode: bool) -> Self:
        one = kept.confirmation
        return cls(
            id=public_id("txc", kept.id),
            livemode=livemode,
            state=one.state,
            postal_prefix=one.postal_prefix,
            used_by=one.used_by.value,
            taxable_percent=one.taxable_percent,
            jurisdictions=[
                JurisdictionTold(name=part.name, percent=decimal_percent(part.percent))
                for part in one.jurisdictions
            ],
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            source=one.source,
            confirmed_by=kept.confirmed_by,
            created=kept.created_at,
        )


class SuggestionTold(Told):
    """How software as a service seems to be taxed, for one use of it."""

    used_by: UsedByName = Field(description="Whose use")
    percent: str = Field(description="The state's own rate on what is taxed", examples=["6.25"])
    taxable_percent: int = Field(description="The part of the price that is taxed; 0: none")


class UsStateTold(Told):
    """What is on file of a state: a suggestion that taxes nothing."""

    state: str = Field(description="ISO 3166-2 without the country", examples=["TX"])
    taxes: bool = Field(description="Whether anybody in it levies sales tax")
    base_percent: str | None = Field(description="The state's own rate; local rates come on top")
    nexus_dollars: int | None = Field(description="Sales in dollars that make nexus")
    count_rule: Literal["or", "and"] | None = Field(
        description="Whether a count of sales makes nexus too, or must come as well"
    )
    nexus_sales: int | None = Field(description="That count")
    saas: list[SuggestionTold] = Field(description="Empty where it is unsettled")
    saas_since: date | None = Field(description="Since when, where it is known")
    note: str | None = Field(description="What to know before you confirm")

    @classmethod
    def of(cls, one: UsState) -> Self:
        return cls(
            state=one.code,
            taxes=one.taxes,
            base_percent=None if one.base is None else decimal_percent(one.base),
            nexus_dollars=one.nexus_dollars,
            count_rule="or" if one.rule == "or" else "and" if one.rule else None,
            nexus_sales=one.count,
            saas=[
                SuggestionTold(
                    used_by=said.used_by.value,
                    percent=decimal_percent(said.percent),
                    taxable_percent=said.taxable_percent,
                )
                for said in one.saas
            ],
            saas_since=one.saas_since,
            note=one.note,
        )


class UsStatesObject(Told):
    """Sales tax of the states of the USA, as far as it is on file."""

    object: Literal["us_states"] = "us_states"
    livemode: bool = Field(description="Whether it is real, or a test")
    data: list[UsStateTold] = Field(description="State by state")
    disclaimer: str = Field(description="What this is not")
    source: str = Field(description="Where rates and thresholds are from")
    attribution: str = Field(description="The words of its licence")
    looked_up_on: date = Field(description="For which day")


class WatchedTold(Told):
    """A place where one may have to register."""

    country: str = Field(description="ISO 3166-1 alpha-2", examples=["US"])
    state: str | None = Field(description="Of which state", examples=["TX"])
    currency: str = Field(description="In which the threshold is", examples=["USD"])
    threshold: int = Field(description="In minor units", examples=[50000000])
    count_rule: Literal["or", "and"] | None = Field(
        description="Whether a count of sales makes nexus too, or must come as well"
    )
    threshold_sales: int | None = Field(description="That count")
    sold: int = Field(description="Invoiced in that currency, without tax, less what was credited")
    sales: int = Field(description="Invoices")
    standing: StandingName = Field(description="Near is from four fifths of it")
    not_counted: list[str] = Field(description="Currencies of other invoices there")
    law: str = Field(description="Where the threshold is from")

    @classmethod
    def of(cls, one: Watched) -> Self:
        return cls(
            country=one.country,
            state=one.state,
            currency=one.currency,
            threshold=one.threshold,
            count_rule="or" if one.rule == "or" else "and" if one.rule else None,
            threshold_sales=one.threshold_sales,
            sold=one.sold,
            sales=one.sales,
            standing=one.standing.value,
            not_counted=list(one.other_currencies),
            law=one.law,
        )


class ThresholdsObject(Told):
    """Where a registration may have to register: a warning, and no advice."""

    object: Literal["tax_thresholds"] = "tax_thresholds"
    livemode: bool = Field(description="Whether it is real, or a test")
    registration: str = Field(description="Who sold")
    on: date = Field(description="The last day of the twelve months that are counted")
    data: list[WatchedTold] = Field(description="Places to which something was sold")
