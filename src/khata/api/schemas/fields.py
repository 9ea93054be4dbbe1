"""The kinds of field that all schemas share, each bounded and described."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from khata.api.schemas.shapes import Shape, seen
from khata.core.instants import spelled
from khata.core.money import LARGEST_AMOUNT, LARGEST_QUANTITY
from khata.core.phone import E164, E164_IN_WORDS


class Asked(BaseModel):
    """The base of every body: strict types, and unknown fields are refused by name."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Told(BaseModel):
    """The base of every object that is answered."""

    model_config = ConfigDict(frozen=True)


def kept() -> Any:
    """Stand where a change says nothing: the field stays as it is, and is not in fields_set."""
    return None


def _email(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        raise PydanticCustomError("invalid_email", "This is not an e-mail address") from None


def _day(value: Any) -> date:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            pass
        else:
            if EARLIEST <= day <= LATEST:
                return day
            raise PydanticCustomError(
                "date_out_of_range", "The day lies outside 2000-01-01 to 2199-12-31"
            )
    raise PydanticCustomError("invalid_date", "A day is asked for, spelled YYYY-MM-DD")


def _instant(value: Any) -> datetime:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            instant = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        else:
            if EARLIEST <= instant.date() <= LATEST:
                return instant
            raise PydanticCustomError(
                "date_out_of_range", "The instant lies outside 2000-01-01 to 2199-12-31"
            )
    raise PydanticCustomError(
        "invalid_time",
        "An instant with its offset is asked for, such as 2026-01-31T09:00:00+05:30",
    )


def _flag(value: Any) -> bool:
    """Read true or false out of a query, where everything is text."""
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value)
    if isinstance(value, bool):
        return value
    raise PydanticCustomError("wrong_type", "true or false is asked for")


EARLIEST = date(2000, 1, 1)
LATEST = date(2199, 12, 31)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)

# One line of a document, a mail's subject, a file's name: no control characters in it, and none
# that turns the direction of what stands around it (an invoice would show another name).
ONE_LINE = Shape(
    r"^[^\x00-\x1f\x7f\u2028-\u202e\u2066-\u2069]*$",
    "One line is asked for, without control characters and without changes of direction",
)
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    ONE_LINE,
    AfterValidator(seen),
]
ShortLine = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60),
    ONE_LINE,
    AfterValidator(seen),
]
Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2000),
    Shape(
        r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]*$",
        "A text without control characters and without changes of direction is asked for",
    ),
]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Email = Annotated[
    str,
    StringConstraints(max_length=254),
    AfterValidator(_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": 254}),
]
Phone = Annotated[str, StringConstraints(max_length=16), Shape(E164, E164_IN_WORDS)]
Currency = Annotated[
    str, Field(min_length=3, max_length=3, description="ISO 4217", examples=["INR"])
]
Country = Annotated[
    str, Field(min_length=2, max_length=2, description="ISO 3166-1 alpha-2", examples=["IN"])
]
State = Annotated[
    str,
    Field(
        min_length=1,
        max_length=8,
        description="ISO 3166-2 without the country",
        examples=["KA"],
    ),
]
Timezone = Annotated[
    str,
    Field(min_length=1, max_length=64, description="IANA time zone", examples=["Asia/Kolkata"]),
]
Amount = Annotated[
    int,
    Field(
        ge=0,
        le=LARGEST_AMOUNT,
        description="Minor units of the currency: paise, cents, yen",
        examples=[100000],
    ),
]
Quantity = Annotated[int, Field(ge=0, le=LARGEST_QUANTITY, description="How many", examples=[1])]
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date"}),
]
Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
Created = Annotated[
    datetime,
    PlainSerializer(lambda at: spelled(at), return_type=str),
    Field(description="When it was made, RFC 3339 in UTC", examples=["2026-01-31T03:30:00Z"]),
]
Metadata = Annotated[
    dict[
        Annotated[str, StringConstraints(min_length=1, max_length=40)],
        Annotated[str, StringConstraints(max_length=500)],
    ],
    Field(
        max_length=50,
        description="Facts of your own: up to 50 keys of 40 characters, values of 500",
        examples=[{"crm_id": "1042"}],
    ),
]
