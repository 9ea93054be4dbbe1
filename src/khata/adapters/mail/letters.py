"""The mails we send: facts go in, subject, HTML and plain text come out."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from mjml import mjml2html

from khata.core.words import grouped
from khata.ports.letters import Written

_HERE = Path(__file__).parent
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"

# What each kind of mail must be told, beside `seller` and `customer` (names).
NEEDED: Mapping[str, frozenset[str]] = {
    "invoice_issued": frozenset(
        {"number", "currency", "total", "amount_due", "issued_on", "due_on", "hosted_url"}
    ),
    "credit_note_issued": frozenset(
        {"number", "note_number", "currency", "note_total", "note_issued_on", "note_reason"}
    ),
    "voucher_issued": frozenset(
        {
            "voucher_title",
            "voucher_number",
            "voucher_total",
            "voucher_tax",
            "voucher_issued_on",
            "currency",
        }
    ),
    "receipt": frozenset({"number", "currency", "amount_paid", "paid_on"}),
    "payment_failed": frozenset({"number", "currency", "amount_due", "reason", "hosted_url"}),
    "payment_retrying": frozenset(
        {"number", "currency", "amount_due", "next_try_on", "hosted_url"}
    ),
    "payment_last_warning": frozenset(
        {"number", "currency", "amount_due", "stops_on", "then", "hosted_url"}
    ),
    "invoice_overdue": frozenset(
        {"number", "currency", "amount_due", "due_on", "days_overdue", "hosted_url"}
    ),
    "payment_given_up": frozenset({"number", "currency", "amount_due", "outcome", "hosted_url"}),
    "subscription_canceled": frozenset({"subscription"}),
    "trial_ending": frozenset({"subscription", "currency", "amount", "first_charge_on"}),
    "mandate_ending": frozenset({"mandate_end", "days_left"}),
    "dispute_opened": frozenset(
        {"dispute", "number", "currency", "amount", "dispute_reason", "hosted_url"}
    ),
    "dispute_due": frozenset(
        {"dispute", "number", "currency", "amount", "dispute_reason", "answer_by", "hosted_url"}
    ),
    "gateway_account_ailing": frozenset({"account_name", "gateway", "is_refused", "hosted_url"}),
    "webhook_disabled": frozenset({"endpoint", "endpoint_url", "is_gone", "hosted_url"}),
}
_ALWAYS = frozenset({"seller", "customer"})

# What any of them may be told besides.
OPTIONAL = frozenset(
    {
        "subscription",  # "Premium, monthly"
        "payment_method",  # "Visa ending 4242"
        "charge_automatically",  # invoice_issued: we collect it ourselves
        "revises",  # … the number of the invoice whose place it takes
        "revised_because",  # … and why
        "reason",  # a sentence that the payer may read
        "next_try_on",  # payment_failed; absent: no more tries
        "decline_class",  # payment_failed, payment_retrying: what the payer can do about it
        "serves_until",  # payment_failed: the last day of service, where a grace says it
        "is_suspended",  # payment_failed: the grace is over
        "recovered",  # receipt: it could not be collected at first
        "to_invoice",  # credit_note_issued: where its total goes; each absent or nothing
        "to_balance",
        "to_refund",
        "receipt_number",  # voucher_issued: of a refund, the voucher that it undoes
        "reference",  # receipt: the gateway's
        "last_day",  # subscription_canceled: of service
        "canceled_because",  # a sentence
        "received",  # receipt: what came now, where that is not all that was paid
        "surplus",  # … beyond what was owed: it is credit
        "withheld",  # … kept back as TDS
        "amount_due",
        "answer_by",  # dispute_opened: the day on which an answer is due
        "hosted_url",
        "reply_to",  # an address for questions
        "agree_url",  # payment_failed: where the payer agrees to a new mandate
        "test",  # no real money moves
    }
)


class UnknownKind(ValueError):
    """There is no mail of this kind: a mistake of ours."""


class FactMissing(ValueError):
    """A mail was asked for without something that it must say: a mistake of ours."""


def write(kind: str, facts: Mapping[str, Any]) -> Written:
    """Write the mail of this kind; satisfies `khata.ports.letters.LetterWriter`.

    Units:  amounts in minor units of the fact `currency`; days as dates or "YYYY-MM-DD".
    Raises: UnknownKind, FactMissing.
    """
    if kind not in NEEDED:
        raise UnknownKind(f"no mail is called {kind!r}")
    missing = sorted((NEEDED[kind] | _ALWAYS) - {key for key in facts if facts[key] is not None})
    if missing:
        raise FactMissing(f"{kind} needs {', '.join(missing)}")
    said = _said(kind, {key: _tidy(value) for key, value in facts.items()})
    return Written(
        subject=said["subject"],
        html=_html().render(said),
        text=_text().render(said),
    )


def _said(kind: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a mail in its kind's words: plain texts, not yet escaped."""
    words = _words(kind)
    context = words.new_context(dict.fromkeys(OPTIONAL) | dict(facts))
    part = {name: "".join(block(context)).strip() for name, block in sorted(words.blocks.items())}
    return {
        **part,
        "paragraphs": [" ".join(each.split()) for each in part["body"].split("\n\n")],
        "rows": [row.strip().split(" | ", 1) for row in part["rows"].splitlines() if row.strip()],
        "seller": facts["seller"],
        "customer": facts["customer"],
        "url": facts.get("hosted_url"),
        "agree_url": facts.get("agree_url"),
        "reply_to": facts.get("reply_to"),
        "test": bool(facts.get("test")),
    }


def _tidy(value: Any) -> Any:
    """Put a user's text on one line, so that a name can neither break a subject nor add a row."""
    return " ".join(value.replace("|", "/").split()) if isinstance(value, str) else value


@cache
def _words(kind: str) -> Template:
    return _environment(autoescape=False).get_template(f"words/{kind}.txt")


@cache
def _html() -> Template:
    # MJML leaves Jinja's marks alone, so its slow part is done once a process.
    source = (_HERE / "templates" / "letter.mjml").read_text(encoding="utf-8")
    return _environment(autoescape=True).from_string(mjml2html(source, fonts={}))


@cache
def _text() -> Template:
    return _environment(autoescape=False).get_template("templates/letter.txt")


@cache
def _environment(*, autoescape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = grouped
    environment.filters["day"] = _day
    return environment


def _day(value: date | str) -> str:
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{day.day} {_MONTHS.split()[day.month - 1]} {day.year}"
