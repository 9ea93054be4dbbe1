"""Phone numbers as E.164 has them."""

import pytest

from khata.core.phone import BadPhone, known_phone


@pytest.mark.parametrize("text", ["+919876543210", "+14155550123", "+6501234", "+123456789012345"])
def test_what_the_world_dials_is_kept(text: str) -> None:
    assert known_phone(text, param="phone") == text


def test_none_is_none() -> None:
    assert known_phone(None, param="phone") is None


@pytest.mark.parametrize(
    "text",
    [
        "9876543210",  # no country
        "00919876543210",  # dialled so, not written so
        "+0919876543210",  # no country begins with 0
        "+91 98765 43210",
        "+91-9876543210",
        "+123456",  # too short
        "+1234567890123456",  # 16 digits
        "+919876543210\n",
        "+\u0669\u0661\u0669\u0668\u0667\u0666\u0665\u0664",  # digits of another script
        "",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadPhone, match="with its country") as refused:
        known_phone(text, param="phone")
    assert refused.value.param == "phone"
