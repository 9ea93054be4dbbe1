"""Masks: a table of what may not stand in a log, and of what must be left alone."""

from typing import Any

import pytest

from khata.watch.masks import DEEPEST, HIDDEN, LONGEST, masked, masked_text

CANARY = "canaryCANARY0123456789"


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql://khata_app:{CANARY}@db:5432/khata",
        f"redis://:{CANARY}@cache:6379/0",
        f"amqp://me:{CANARY}@mq//, amqp://me:{CANARY}@mq2//",
        f"amqps://me:pa@ss/{CANARY}@mq:5671//",
        f"host=db user=khata_app password={CANARY} dbname=khata",
        f"password = '{CANARY} with words'",
        f'{{"client_secret": "{CANARY}"}}',
        f"{{'api_key': '{CANARY}'}}",
        f"X-Api-Key: {CANARY}",
        f"Authorization: Bearer {CANARY}",
        f"authorization: Basic {CANARY}==",
        f"authorization: {CANARY}",
        f"(b'authorization', b'Bearer {CANARY}')",
        f'{{"Authorization": "Bearer {CANARY}"}}',
        f"got bearer {CANARY} from them",
        f"?access_token={CANARY}&x=1",
        f"sk_live_{CANARY}",
        f"the key sk_test_{CANARY} is unknown",
        f"rzp_live_{CANARY}",
        f"whsec_{CANARY}/+=",
        f"Reset_Token: {CANARY}",
    ],
)
def test_a_secret_is_hidden(text: str) -> None:
    assert CANARY not in masked_text(text)
    assert HIDDEN in masked_text(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("card 4111111111111111 refused", "card [card] refused"),
        ("card 4111 1111 1111 1111", "card [card]"),
        ("4111-1111-1111-1111", "[card]"),
        ("378282246310005", "[card]"),  # 15 digits
        ("6304000000000000000", "[card]"),  # 19
        ("4222222222222", "[card]"),  # 13
        ("n=4111111111111111;", "n=[card];"),
        ("29ABCPE1234F1Z5", "[gstin]"),  # a person's: the PAN in it is ABCPE1234F
        ("PAN ABCPE1234F of", "PAN [pan] of"),
        ("abcpe1234f", "[pan]"),
        ("TAN BLRA12345B of", "TAN [tan] of"),
        ("to asha@chai.example now", "to a***@chai.example now"),
        ("<Asha.Rao+x@chai.example>", "<A***@chai.example>"),
        ("pay asha.rao@okhdfcbank", "pay a***@okhdfcbank"),
        ("call +919876543210 now", "call [phone] now"),
        ('"contact": "+14155550123"', '"contact": "[phone]"'),
        ("contact=%2B919876543210&email=", "contact=[phone]&email="),
        ("a@[10.0.0.7]", "a***@[10.0.0.7]"),
    ],
)
def test_what_is_a_persons_is_hidden(text: str, shown: str) -> None:
    assert masked_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "took 0.4111111111111111 s",  # a fraction
        "4111111111111112",  # no card: the check digit is wrong
        "411111111111",  # too short
        "41111111111111111111",  # too long
        "29AAGCB7383J1Z4",  # a company's GSTIN is public
        "AAGCB7383J",
        "019ab3f0-1111-7111-8111-111111111111",
        "postgresql://db:5432/khata",
        "http://127.0.0.1:8000/v1/customers",
        "secret",
        "the token is wrong",
        "2026-11-26T06:27:06.123456Z",
        "basic settings",
    ],
)
def test_what_is_nobodys_secret_is_left_alone(text: str) -> None:
    assert masked_text(text) == text


@pytest.mark.parametrize(
    "event",
    [
        {"password": CANARY},
        {"smtp_password": CANARY},
        {"secret_key": CANARY.encode()},
        {"headers": {"Authorization": CANARY}},
        {"headers": [("authorization", f"Bearer {CANARY}")]},
        {"card_number": 4111111111111111},
        {"deep": [{"er": ({"token": CANARY},)}]},
        {"event": f"cannot reach redis://:{CANARY}@cache"},
        {"error": ValueError(f"password={CANARY}")},
        {"raw": f"password={CANARY}".encode()},
        {f"sk_live_{CANARY}": {f"sk_live_{CANARY}": 1}},
    ],
)
def test_a_line_is_searched_by_name_by_shape_and_in_depth(event: dict[str, Any]) -> None:
    told = str(masked(None, "info", dict(event)))
    assert CANARY not in told
    assert "4111111111111111" not in told


def test_a_number_that_is_a_card_is_hidden_and_others_stay_numbers() -> None:
    told = masked(None, "info", {"n": 4111111111111111, "count": 7, "share": 0.5, "is": True})
    assert told == {"n": "[card]", "count": 7, "share": 0.5, "is": True}


def test_what_goes_on_for_ever_is_cut() -> None:
    deep: list[Any] = []
    deep.append(deep)
    assert str(masked(None, "info", {"deep": deep})).count("[") <= DEEPEST + 1
    assert len(masked_text("x" * 10 * LONGEST)) < 2 * LONGEST


@pytest.mark.parametrize("unit", ["a", "a@", "4", "4 ", "a://b:", "token", "-", "authorization:"])
def test_no_text_holds_the_log_up(unit: str) -> None:
    """Each shape gives up after a bounded way, or a caller could write a line that takes hours."""
    masked_text(unit * (LONGEST // len(unit)))
