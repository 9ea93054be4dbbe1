"""The mails: what each says, in both its forms, and what a name cannot do to it."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest

from khata.adapters.mail import letters
from khata.adapters.mail.letters import NEEDED, FactMissing, UnknownKind, write
from khata.ports.letters import LetterWriter, Written

WRITER: LetterWriter = letters

COMMON = {
    "seller": "Chai Cloud",
    "customer": "Asha Traders",
    "number": "INV/26-27/00001",
    "currency": "INR",
    "subscription": "Premium, monthly",
    "hosted_url": "https://pay.chai.example/i/9f3k?a=1&b=2",
    "reply_to": "billing@chai.example",
}
FACTS: dict[str, dict[str, Any]] = {
    "invoice_issued": {
        "total": 1_23_45_678_50,
        "amount_due": 1_23_45_678_50,
        "issued_on": "2026-04-30",
        "due_on": date(2026, 5, 7),
    },
    "credit_note_issued": {
        "note_number": "CN/26-27/00001",
        "note_total": 786_67,
        "note_issued_on": "2026-05-10",
        "note_reason": "Change of plan",
        "to_invoice": 200_00,
        "to_balance": 386_67,
        "to_refund": 200_00,
    },
    "voucher_issued": {
        "voucher_title": "Receipt Voucher",
        "voucher_number": "RV/26-27/00001",
        "voucher_total": 1_180_00,
        "voucher_tax": 180_00,
        "voucher_issued_on": "2026-05-10",
    },
    "receipt": {
        "amount_paid": 1_180_00,
        "paid_on": "2026-04-30",
        "payment_method": "Visa ending 4242",
    },
    "payment_failed": {
        "amount_due": 1_180_00,
        "reason": "There was not enough money in the account.",
        "next_try_on": "2026-05-01",
    },
    "payment_retrying": {"amount_due": 1_180_00, "next_try_on": "2026-05-08"},
    "payment_last_warning": {
        "amount_due": 1_180_00,
        "stops_on": "2026-05-16",
        "then": "paused",
        "reason": "There was not enough money in the account.",
    },
    "payment_given_up": {"amount_due": 1_180_00, "outcome": "unpaid"},
    "subscription_canceled": {"last_day": "2026-05-29"},
    "trial_ending": {"amount": 1_180_00, "first_charge_on": "2026-05-29"},
    "invoice_overdue": {"amount_due": 1_180_00, "due_on": "2026-05-29", "days_overdue": 7},
    "mandate_ending": {"mandate_end": "2026-05-29", "days_left": 14},
    "gateway_account_ailing": {
        "account_name": "Razorpay India",
        "gateway": "Razorpay",
        "is_refused": True,
    },
    "webhook_disabled": {
        "endpoint": "we_06f3k2x8c1a4t9w0m5n7p2q6rs",
        "endpoint_url": "https://hooks.chai.example/khata",
        "is_gone": False,
    },
    "dispute_opened": {
        "dispute": "dp_06f3k2x8c1a4t9w0m5n7p2q6rs",
        "amount": 1_180_00,
        "dispute_reason": "product not received",
        "answer_by": "2026-05-29",
    },
    "dispute_due": {
        "dispute": "dp_06f3k2x8c1a4t9w0m5n7p2q6rs",
        "amount": 1_180_00,
        "dispute_reason": "product not received",
        "answer_by": "2026-05-29",
    },
}
SAYS = {
    "invoice_issued": (
        "Invoice INV/26-27/00001 from Chai Cloud",
        ["₹1,23,45,678.50", "30 Apr 2026", "7 May 2026", "View and pay", "Premium, monthly"],
    ),
    "credit_note_issued": (
        "Credit note CN/26-27/00001 from Chai Cloud",
        [
            "We have taken back ₹786.67 of invoice INV/26-27/00001",
            "The invoice asks for ₹200.00 less.",
            "₹386.67 is kept as your credit",
            "₹200.00 is on its way back to you.",
            "10 May 2026",
            "Change of plan",
        ],
    ),
    "voucher_issued": (
        "Receipt Voucher RV/26-27/00001 from Chai Cloud",
        [
            "We have received ₹1,180.00 as an advance.",
            "it is not a tax invoice",
            "10 May 2026",
            "₹180.00",
        ],
    ),
    "receipt": (
        "Receipt for ₹1,180.00 from Chai Cloud",
        ["30 Apr 2026", "Visa ending 4242", "INV/26-27/00001"],
    ),
    "payment_failed": (
        "Your payment did not go through",
        [
            "There was not enough money in the account.",
            "We will try again on 1 May 2026.",
            "₹1,180.00",
            "Pay now",
        ],
    ),
    "payment_retrying": (
        "We will try your payment again on 8 May 2026",
        ["On 8 May 2026 we will try the same payment method once more", "₹1,180.00", "Pay now"],
    ),
    "payment_last_warning": (
        "Please pay before 16 May 2026: invoice INV/26-27/00001",
        [
            "There was not enough money in the account.",
            "Premium, monthly is paused on 16 May 2026, and goes on as soon as it is paid.",
            "Pay now",
        ],
    ),
    "payment_given_up": (
        "Final notice: invoice INV/26-27/00001 is not paid",
        ["₹1,180.00", "Premium, monthly is on hold", "Pay now"],
    ),
    "subscription_canceled": (
        "Your subscription to Premium, monthly is canceled",
        ["Its last day of service is 29 May 2026."],
    ),
    "invoice_overdue": (
        "Reminder: invoice INV/26-27/00001 was due on 29 May 2026",
        ["is 7 days overdue", "₹1,180.00", "View and pay"],
    ),
    "trial_ending": (
        "Your trial of Premium, monthly ends soon",
        ["On 29 May 2026 we charge ₹1,180.00", "cancel before that day"],
    ),
    "mandate_ending": (
        "Your payments need a new agreement soon",
        ["14 days", "ends on 29 May 2026", "please agree anew"],
    ),
    "gateway_account_ailing": (
        "Your Razorpay account collects nothing",
        ["Razorpay does not let the credentials of this account in any more", "Razorpay India"],
    ),
    "webhook_disabled": (
        "Your webhook endpoint is disabled",
        ["We no longer send webhooks to https://hooks.chai.example/khata", "more than three days"],
    ),
    "dispute_opened": (
        "A payment of ₹1,180.00 is disputed",
        ["product not received", "Answer by 29 May 2026", "the invoice stays paid"],
    ),
    "dispute_due": (
        "Answer by 29 May 2026: ₹1,180.00 are disputed",
        ["still awaits your answer", "Without an answer by 29 May 2026 the money is lost"],
    ),
}


def test_a_mandate_that_is_gone_is_agreed_to_anew_by_a_second_button() -> None:
    url = "https://khata.example/w/ten_x/abc"
    letter = written("payment_failed", decline_class="mandate", agree_url=url)
    assert f"Agree anew:\n{url}" in letter.text
    assert f'href="{url}"' in letter.html
    assert "Agree anew" not in written("payment_failed", decline_class="mandate").text


def test_a_receipt_tells_how_a_payment_divides() -> None:
    """1,080.00 of 1,180.00 come, 100.00 are withheld; then 1,500.00 for 1,180.00."""
    letter = written("receipt", received=1_080_00, withheld=100_00, amount_due=0)
    assert letter.subject == "Receipt for ₹1,080.00 from Chai Cloud"
    assert "You withheld ₹100.00 as TDS" in letter.text
    letter = written("receipt", received=1_500_00, surplus=320_00, amount_due=0)
    assert "₹320.00 of it were more than was owed" in letter.text
    letter = written("receipt", received=500_00, amount_due=680_00)
    assert "₹680.00 of it are still owed" in letter.text
    assert "owed" not in written("receipt").text


def written(kind: str, **more: Any) -> Written:
    return WRITER.write(kind, COMMON | FACTS[kind] | more)


def words_of(html: str) -> str:
    """The words a reader of the HTML sees."""
    body = re.sub(r"(?s)<style.*?</style>|<!--.*?-->|<head.*?</head>", " ", html)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


@pytest.mark.parametrize("kind", sorted(NEEDED))
def test_each_mail_says_its_facts_in_both_forms(kind: str) -> None:
    mail = written(kind)
    subject, facts = SAYS[kind]
    assert mail.subject == subject
    html, text = words_of(mail.html), " ".join(mail.text.split())
    for fact in [*facts, "Chai Cloud", "Dear Asha Traders", "billing@chai.example"]:
        assert fact in html, fact
        assert fact in text, fact
    assert 'href="https://pay.chai.example/i/9f3k?a=1&amp;b=2"' in mail.html
    assert "https://pay.chai.example/i/9f3k?a=1&b=2\n" in mail.text
    assert "None" not in html + text
    assert "{" not in html + text


@pytest.mark.parametrize("kind", sorted(NEEDED))
def test_the_bare_facts_are_enough(kind: str) -> None:
    bare = {key: (COMMON | FACTS[kind])[key] for key in NEEDED[kind] | {"seller", "customer"}}
    mail = write(kind, bare)
    assert "None" not in mail.subject + mail.text + words_of(mail.html)


@pytest.mark.parametrize("kind", sorted(NEEDED))
def test_a_missing_fact_is_our_mistake(kind: str) -> None:
    facts = COMMON | FACTS[kind]
    for fact in NEEDED[kind]:
        with pytest.raises(FactMissing, match=fact):
            write(kind, facts | {fact: None})


def test_an_unknown_kind_is_our_mistake() -> None:
    with pytest.raises(UnknownKind):
        write("../letters", COMMON)


def test_an_invoice_we_collect_asks_the_reader_for_nothing() -> None:
    mail = written("invoice_issued", charge_automatically=True, payment_method="Visa ending 4242")
    assert "You need not do anything: we collect it from your Visa ending 4242." in mail.text
    assert "View invoice" in mail.html
    assert "View and pay" not in mail.html


def test_an_invoice_with_nothing_due_says_so() -> None:
    assert "nothing left to pay" in written("invoice_issued", amount_due=0).text


def test_a_failure_without_another_try_says_so() -> None:
    mail = written("payment_failed", next_try_on=None)
    assert "We will not try this payment method again by ourselves." in mail.text.replace("\n", " ")
    assert "Next try" not in mail.text


@pytest.mark.parametrize(
    ("decline_class", "subject", "words"),
    [
        ("soft", "Your payment", "We will try again on 1 May 2026. If you would rather not wait"),
        ("hard", "Action needed", "by 1 May 2026, with another card or account."),
        ("mandate", "Action needed", "by 1 May 2026, with a new permission to debit your account."),
        ("customer_action", "Action needed", "It needs you for a moment: please pay"),
    ],
)
def test_a_failure_says_what_its_reader_can_do(
    decline_class: str, subject: str, words: str
) -> None:
    mail = written("payment_failed", decline_class=decline_class)
    text = " ".join(mail.text.split())
    assert mail.subject.startswith(subject)
    assert words in text
    assert ("Next try:" in text) is (decline_class in ("soft", "customer_action"))
    assert "None" not in text
    assert "  " not in words_of(mail.html)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "Nothing changes for Premium, monthly in the meantime."),
        ({"serves_until": "2026-05-06"}, "Until 6 May 2026 nothing changes for Premium, monthly."),
        ({"is_suspended": True}, "Premium, monthly is on hold, and goes on as soon as it is paid."),
    ],
)
def test_a_failure_says_what_becomes_of_service(more: dict[str, Any], words: str) -> None:
    text = written("payment_failed", **more).text
    assert words in " ".join(text.split())
    assert ".\n\n" + words[:9] in text


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("unpaid", "Premium, monthly stops on 16 May 2026, and goes on as soon as it is paid."),
        ("uncollectible", "Premium, monthly stops on 16 May 2026"),
        ("canceled", "Premium, monthly ends on 16 May 2026."),
        ("paused", "Premium, monthly is paused on 16 May 2026"),
        ("past_due", "On 16 May 2026 we stop trying to collect it."),
    ],
)
def test_the_last_warning_says_what_will_happen(then: str, words: str) -> None:
    assert words in " ".join(written("payment_last_warning", then=then).text.split())


def test_another_way_to_pay_is_asked_for_where_a_card_is_never_tried_again() -> None:
    mail = written("payment_retrying", decline_class="hard")
    assert mail.subject == "Invoice INV/26-27/00001 waits for another way to pay"
    assert "will not be tried again" in " ".join(mail.text.split())


def test_a_receipt_of_what_had_failed_says_that_it_is_settled() -> None:
    assert "That settles what could not be collected" in written("receipt", recovered=True).text
    assert "That settles" not in written("receipt").text


@pytest.mark.parametrize("kind", ["payment_failed", "payment_retrying", "payment_last_warning"])
@pytest.mark.parametrize("decline_class", ["soft", "hard", "mandate", "customer_action"])
def test_the_text_fits_eighty_columns(kind: str, decline_class: str) -> None:
    text = written(kind, decline_class=decline_class, serves_until="2026-05-06").text
    assert max(len(line) for line in text.splitlines() if "https://" not in line) <= 80


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("unpaid", "Premium, monthly is on hold. It goes on as soon as the invoice is paid."),
        ("canceled", "It stays owed until it is paid."),  # the cancellation has its own mail
        ("none", "It stays owed until it is paid."),
        ("paused", "Premium, monthly is paused. It goes on as soon as the invoice is paid."),
        ("past_due", "Premium, monthly goes on for now."),
    ],
)
def test_giving_up_says_what_it_is_about(outcome: str, words: str) -> None:
    text = " ".join(written("payment_given_up", outcome=outcome).text.split())
    assert words in text
    assert "past due" not in text
    assert ("Premium" in text) is (outcome in ("unpaid", "paused", "past_due"))


def test_paragraphs_stand_apart() -> None:
    assert "is canceled.\n\nIts last day" in written("subscription_canceled").text
    because = written("subscription_canceled", canceled_because="You asked for it.").text
    assert "is canceled. You asked for it.\n\nIts last day" in because
    assert "ourselves.\n\nPremium, monthly is" in written("payment_given_up").text
    assert "account.\n\nWe will try again" in written("payment_failed").text


def test_a_subscription_that_has_ended_promises_no_more_days() -> None:
    text = " ".join(written("subscription_canceled", last_day=None).text.split())
    assert "It has ended" in text
    assert "until" not in text


def test_test_mode_is_said_in_the_mail_and_not_in_its_subject() -> None:
    mail = written("receipt", test=True)
    assert "Test mode: no real money moves." in words_of(mail.html)
    assert "Test mode: no real money moves." in mail.text
    assert mail.subject == written("receipt").subject
    assert "Test mode" not in words_of(written("receipt").html)


def test_a_name_is_shown_and_never_run() -> None:
    name = '<script>alert(1)</script> {{ 7 * 7 }} & "Sons" | x\r\nBcc: thief@x.example\n\nHi'
    mail = written("invoice_issued", seller=name, customer=name)
    assert "<script" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert "{{ 7 * 7 }}" in words_of(mail.html)
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
    assert "\nBcc" not in mail.text


def test_a_mail_needs_nothing_from_elsewhere() -> None:
    for kind in NEEDED:
        html = written(kind).html
        assert not re.search(r"<(img|link|script|iframe)\b|@import|url\(", html)
        assert len(html) < 20_000  # Gmail cuts at 102 kB
        assert "color-scheme" in html
        assert 'lang="en"' in html


def test_a_refund_voucher_names_the_receipt_that_it_undoes() -> None:
    of_refund = {"voucher_title": "Refund Voucher", "receipt_number": "RV/26-27/00001"}
    letter = written("voucher_issued", voucher_number="RF/26-27/00001", **of_refund)
    assert letter.subject == "Refund Voucher RF/26-27/00001 from Chai Cloud"
    assert "We give back ₹1,180.00 of the advance" in " ".join(letter.text.split())
    assert "received by voucher RV/26-27/00001" in " ".join(letter.text.split())
