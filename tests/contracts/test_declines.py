"""Decline codes are dated data: the later row wins, the unknown is soft, a wrong table is told."""

from datetime import date
from pathlib import Path

import pytest

from khata.adapters.gateways.declines import declines_of, read_declines, use_own_tables
from khata.adapters.gateways.razorpay.translate import Reading as RazorpayReading
from khata.adapters.gateways.razorpay.translate import read_payment
from khata.adapters.gateways.stripe.translate import Reading, declined
from khata.core.dunning import DeclineClass
from khata.wiring import VENDORS

TABLE = """
[[decline]]
codes = ["do_not_honor", "card_velocity_exceeded"]
class = "soft"
valid_from = 2020-01-01
tell = "The bank declined it"
source = "https://vendor.example/declines"

[[decline]]
codes = ["do_not_honor"]
class = "hard"
valid_from = 2026-01-01
valid_to = 2026-06-30
tell = "The bank declined it"
source = "https://vendor.example/declines"
"""


@pytest.mark.parametrize(
    ("code", "on", "means"),
    [
        ("do_not_honor", date(2025, 12, 31), DeclineClass.SOFT),
        ("do_not_honor", date(2026, 1, 1), DeclineClass.HARD),
        ("do_not_honor", date(2026, 6, 30), DeclineClass.HARD),
        ("do_not_honor", date(2026, 7, 1), DeclineClass.SOFT),
        ("card_velocity_exceeded", date(2026, 3, 1), DeclineClass.SOFT),
        ("nobody_knows_this", date(2026, 3, 1), DeclineClass.SOFT),
        ("card_velocity_exceeded", date(2019, 12, 31), DeclineClass.SOFT),
    ],
)
def test_a_code_means_what_its_day_says(code: str, on: date, means: DeclineClass) -> None:
    assert read_declines(TABLE).class_of(code, on=on) is means


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (TABLE.replace('"hard"', '"harsh"'), "decline row 2.*harsh"),
        (TABLE.replace('tell = "The bank declined it"', "", 1), "decline row 1.*tell"),
        (TABLE.replace('"hard"', '"hard"\nopts_out = true'), "decline row 2.*customer_action"),
        (TABLE.replace('"hard"', '"hard"\nopts_out = 1'), "decline row 2.*true or false"),
    ],
)
def test_a_wrong_table_is_told_by_its_row(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_declines(text)


def test_an_operators_own_table_takes_the_place_of_ours(tmp_path: Path) -> None:
    ours = declines_of("paypal")
    (tmp_path / "stripe.toml").write_text(TABLE)
    use_own_tables(tmp_path)
    try:
        own = declines_of("stripe")
        assert own.class_of("do_not_honor", on=date(2026, 1, 1)) is DeclineClass.HARD
        assert declines_of("paypal") == ours
        (tmp_path / "paypal.toml").write_text(TABLE.replace('"hard"', '"harsh"'))
        with pytest.raises(ValueError, match=r"paypal\.toml: decline row 2"):
            use_own_tables(tmp_path)
    finally:
        use_own_tables(None)
    assert declines_of("stripe").class_of("do_not_honor", on=date(2026, 1, 1)) is DeclineClass.SOFT


OPT_OUT = """
[[decline]]
codes = ["not_this_time"]
class = "customer_action"
opts_out = true
valid_from = 2026-01-01
tell = "You asked for this amount not to be debited."
source = "what an acquirer has told"
"""


def test_an_operator_may_name_the_code_by_which_payers_opt_out_of_one_debit() -> None:
    """No vendor documents one; whoever knows theirs writes a row, and no debit of it is retried."""
    table, day = read_declines(OPT_OUT), date(2026, 3, 1)
    payment = {"id": "pay_1", "status": "failed", "error_reason": "not_this_time", "created_at": 1}
    razorpay = read_payment(payment, RazorpayReading(table, day))
    stripe = declined(
        {"code": "card_declined", "decline_code": "not_this_time"}, Reading(table, day)
    )
    for answer in (razorpay, stripe):
        assert (answer.decline_class, answer.decline_code) == (
            DeclineClass.CUSTOMER_ACTION,
            "mandate_opted_out",
        )
        assert answer.late_until is None
    before = read_payment(payment, RazorpayReading(table, date(2025, 12, 31)))
    assert before.decline_code == "not_this_time"


@pytest.mark.parametrize("vendor", sorted(vendor.name for vendor in VENDORS))
def test_every_vendor_has_a_table_that_tells_nobody_their_card_is_stolen(vendor: str) -> None:
    table = declines_of(vendor)
    assert table.meanings
    for rows in table.meanings.values():
        for row in rows:
            assert row.source
            assert not {"stolen", "lost", "fraud"} & set(row.tell.lower().replace(".", "").split())
