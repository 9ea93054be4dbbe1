"""Ids: in order inside, unmistakable outside."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.ids import new_id, new_ids, parse_id, public_id
from khata.core.refusal import NotFound

AT = datetime(2025, 6, 1, 12, tzinfo=UTC)


def test_an_id_is_a_uuid_of_version_7_with_its_time() -> None:
    id = new_id(AT)
    assert (id.version, id.variant) == (7, "specified in RFC 4122")
    assert id.int >> 80 == int(AT.timestamp()) * 1000


def test_ids_of_one_instant_rise_across_calls_and_never_meet() -> None:
    ids = [id for _ in range(200) for id in (*new_ids(AT, 3), new_id(AT))]
    assert ids == sorted(ids)
    assert len(set(ids)) == 800
    assert new_ids(AT, 0) == []


@given(st.uuids())
def test_what_is_spelled_is_read_back(id: UUID) -> None:
    text = public_id("inv", id)
    assert len(text) == len("inv_") + 26
    assert parse_id("inv", text) == id


@given(st.lists(st.uuids(), min_size=2, max_size=10))
def test_spelling_keeps_the_order(ids: list[UUID]) -> None:
    spelled = [public_id("inv", id) for id in sorted(ids)]
    assert spelled == sorted(spelled)


KNOWN = public_id("inv", UUID("01936b1e-7c00-7000-8000-000000000001"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "inv_",
        KNOWN.replace("inv", "cus"),
        KNOWN[:-1],
        KNOWN + "0",
        KNOWN.upper(),
        KNOWN[:-1] + "l",  # Crockford leaves out i, l, o and u
        KNOWN[:-1] + "é",
        KNOWN[:-1] + "\x00",
        "inv_" + "z" * 26,  # more than 128 bits
        "inv_8" + "0" * 25,
    ],
)
def test_what_is_misspelled_is_not_found(text: str) -> None:
    with pytest.raises(NotFound) as refused:
        parse_id("inv", text, param="invoice")
    assert refused.value.param == "invoice"
    assert "invoice" in refused.value.detail


def test_the_refusal_repeats_only_a_little_of_what_was_said() -> None:
    with pytest.raises(NotFound) as refused:
        parse_id("inv", "x" * 10_000)
    assert len(refused.value.detail) < 100
