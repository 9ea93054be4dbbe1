"""Signing up, and changing one's own account."""

import struct
import zlib
from base64 import b64encode
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pwdlib.hashers.argon2 import Argon2Hasher

from khata.core.registration import DEFAULT_SERIES
from khata.core.secret_keys import LIVE, TEST
from khata.db.transaction import Database
from khata.usecases.tenants import open_account
from khata.usecases.tenants.admit_sign_up import MOST
from tests.api.seller import BUSINESS, Seller, sign_up


def signing_up(client: TestClient, **different: Any) -> Any:
    body = BUSINESS | {"email": f"{uuid4().hex}@chai.example"} | different
    return client.post("/v1/accounts", json=body)


def test_the_first_step_of_the_ten_minute_path(client: TestClient) -> None:
    body = signing_up(client).json()
    assert body["object"] == "account"
    assert body["id"].startswith("acct_")
    assert body["test"]["tenant"].startswith("ten_")
    assert body["test"]["secret_key"].startswith(TEST)
    assert body["live"]["secret_key"].startswith(LIVE)
    assert body["test"]["tenant"] != body["live"]["tenant"]


def test_both_tenants_sell_under_the_registration_that_was_given(app: FastAPI) -> None:
    test = sign_up(app)
    for seller in (test, Seller(app, test.opened, mode="live")):
        (registration,) = seller.get("/v1/registrations").json()["data"]
        assert registration["legal_name"] == "Chai Cloud Pvt Ltd"
        assert registration["tax_id"] == {"type": "in_gst", "value": "29ABCCT1234E1ZL"}
        assert registration["state"] == "KA"
        assert registration["default"] is True
        assert registration["series"] == dict(DEFAULT_SERIES)
        assert registration["series"]["invoice"] == "INV/{fy}/{n:05}"


def test_without_a_gstin_the_seller_is_unregistered(app: FastAPI) -> None:
    (registration,) = sign_up(app, gstin=None).get("/v1/registrations").json()["data"]
    assert registration["tax_id"] is None


def test_the_month_is_closed_first_when_it_ends_in_the_tenants_zone(
    app: FastAPI, db: Database
) -> None:
    seller = sign_up(app)
    with db.transaction(seller.tenant) as uow:
        tenant = uow.tenants.get()
    local = tenant.next_close_at.strftime("%d %H:%M")
    assert local in ("30 18:30", "31 18:30", "28 18:30", "29 18:30")  # midnight at +05:30
    assert tenant.created_at < tenant.next_close_at


@pytest.mark.parametrize(
    ("different", "status", "code", "param"),
    [
        ({"country": "XX"}, 422, "unknown_country", "country"),
        ({"country": "IND"}, 422, "text_too_long", "country"),
        ({"state": "ZZ"}, 422, "unknown_state", "state"),
        ({"currency": "QQQ"}, 422, "unknown_currency", "currency"),
        ({"currency": "inr"}, 422, "unknown_currency", "currency"),
        ({"timezone": "Mars/Olympus"}, 422, "unknown_timezone", "timezone"),
        ({"timezone": "../../etc/passwd"}, 422, "unknown_timezone", "timezone"),
        ({"timezone": "Factory"}, 422, "unknown_timezone", "timezone"),
        ({"country": "US", "gstin": None}, 422, "bad_state", "state"),
        ({"gstin": "29ABCCT1234E1ZX"}, 422, "invalid_gstin", "gstin"),
        ({"gstin": "29ABCCT1234E1Z"}, 422, "invalid_gstin", "gstin"),
        ({"state": "MH"}, 422, "gstin_state_mismatch", "gstin"),
        ({"state": None}, 422, "gstin_state_mismatch", "gstin"),
        ({"country": "US", "state": "CA"}, 422, "tax_id_of_another_country", "gstin"),
        ({"email": "nobody"}, 422, "invalid_email", "email"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, 422, "invalid_email", "email"),
        ({"password": "short"}, 422, "text_too_short", "password"),
        ({"password": "x" * 129}, 422, "text_too_long", "password"),
        ({"business_name": " "}, 422, "text_too_short", "business_name"),
        ({"business_name": "two\nlines"}, 422, "bad_text", "business_name"),
    ],
)
def test_what_cannot_be_is_refused(
    different: dict[str, Any], status: int, code: str, param: str, client: TestClient
) -> None:
    answer = signing_up(client, **different)
    assert answer.status_code == status, answer.text
    assert (answer.json()["code"], answer.json()["param"]) == (code, param)


def test_one_network_address_signs_up_twenty_times_an_hour(app: FastAPI) -> None:
    """Also when it fails; who comes from elsewhere is not held up."""
    robot = TestClient(app, client=("2001:db8::1", 50_000))
    neighbour = TestClient(app, client=("2001:db8::2", 50_000))  # the same household
    for number in range(MOST):
        different = {"state": "MH"} if number % 2 else {}
        assert signing_up(neighbour if number % 3 else robot, **different).status_code in (201, 422)
    refused = signing_up(robot)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_sign_ups")
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    elsewhere = TestClient(app, client=("2001:db8:0:1::1", 50_000))
    assert signing_up(elsewhere).status_code == 201


@pytest.mark.parametrize("zone", ["UTC", "Asia/Dhaka", "America/New_York", "Asia/Colombo"])
def test_a_seller_in_india_keeps_indian_time(zone: str, client: TestClient) -> None:
    answer = signing_up(client, timezone=zone)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "timezone_not_indian")
    assert problem["param"] == "timezone"
    assert "Asia/Kolkata" in problem["detail"]


def test_the_old_name_of_indian_time_is_written_as_the_new(client: TestClient) -> None:
    assert signing_up(client, timezone="Asia/Calcutta").json()["timezone"] == "Asia/Kolkata"


def test_a_seller_abroad_keeps_its_own_time_and_so_no_indian_registration(app: FastAPI) -> None:
    away = sign_up(app, country="US", state="NY", timezone="America/New_York", gstin=None)
    answer = away.post(
        "/v1/registrations", {"legal_name": "Chai", "country": "IN", "state": "KA", "default": True}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "timezone_not_indian")


def test_an_address_signs_up_once_however_it_is_capitalised(client: TestClient) -> None:
    assert signing_up(client, email="Owner@Once.example").status_code == 201
    answer = signing_up(client, email="owner@once.EXAMPLE")
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")


def test_the_password_is_kept_as_argon2_and_told_nowhere(
    app: FastAPI, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_account, "Argon2Hasher", Argon2Hasher)  # at its real cost
    seller = sign_up(app, password="a password nobody has")
    email = seller.opened["email"]
    with db.before_the_wall() as connection:
        row = connection.execute(
            "select password_hash from users where email = %s", [email]
        ).fetchone()
    assert row is not None
    # RFC 9106, section 4, the second choice: 64 MiB, three passes, four lanes
    assert row[0].startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert "a password nobody has" not in str(seller.opened)


def test_policies_change_one_by_one(seller: Seller) -> None:
    before = seller.get("/v1/account").json()["policies"]
    assert before == {
        "round_off": "none",
        "retry_days": [1, 2, 4, 8],
        "retry_days_by_class": {},
        "retry_hour": None,
        "pay_days": [],
        "after_last_retry": "unpaid",
        "write_off_when_given_up": False,
        "days_until_due": 0,
        "reminder_days": [1, 7, 14],
        "pause_credit": "prorated",
        "return_urls": [],
        "over_payment": "credit",
        "on_dispute_lost": "nothing",
        "fallback_methods": "off",
        "mandates_after_cancel": "withdraw",
        "tax_not_registered": "charge_none",
        "vat_check_days": 90,
        "exchange_rate_days": 7,
        "e_invoice_format": "none",
    }
    seller.patch("/v1/account", {"policies": {"retry_days": [3, 5]}})
    after = seller.patch("/v1/account", {"policies": {"after_last_retry": "canceled"}}).json()
    assert after["policies"] == before | {"retry_days": [3, 5], "after_last_retry": "canceled"}
    tries = {
        "retry_days_by_class": {"customer_action": [3, 7]},
        "retry_hour": 10,
        "pay_days": [1, 31],
    }
    told = seller.patch("/v1/account", {"policies": tries}).json()["policies"]
    assert {name: told[name] for name in tries} == tries


@pytest.mark.parametrize(
    ("policies", "param"),
    [
        ({"round_off": "dollar"}, "policies.round_off"),
        ({"retry_days": [0]}, "policies.retry_days.0"),
        ({"retry_days": [1] * 11}, "policies.retry_days"),
        ({"retry_days_by_class": {"hard": [1]}}, "policies.retry_days_by_class.hard"),
        ({"retry_hour": 24}, "policies.retry_hour"),
        ({"pay_days": [32]}, "policies.pay_days.0"),
        ({"after_last_retry": "forgiven"}, "policies.after_last_retry"),
        ({"days_until_due": 366}, "policies.days_until_due"),
        ({"days_until_due": -1}, "policies.days_until_due"),
    ],
)
def test_policies_are_bounded(policies: dict[str, Any], param: str, seller: Seller) -> None:
    answer = seller.patch("/v1/account", {"policies": policies})
    assert answer.status_code == 422
    assert answer.json()["param"] == param


def test_branding_is_set_and_taken_away(seller: Seller) -> None:
    bank = {
        "account_name": "Chai Cloud Pvt Ltd",
        "account_number": "001234567890",
        "ifsc": "HDFC0000001",
        "bank": "HDFC Bank",
        "swift": None,
    }
    branding = {"upi_vpa": "chaicloud@hdfcbank", "upi_gst": True, "bank": bank}
    shown = seller.patch("/v1/account", {"branding": branding}).json()["branding"]
    assert shown == {"logo": None, "phone": None, **branding}
    shown = seller.patch("/v1/account", {"branding": {"upi_vpa": None, "upi_gst": None}}).json()[
        "branding"
    ]
    assert shown == {
        "logo": None,
        "phone": None,
        "upi_vpa": None,
        "upi_gst": False,
        "bank": bank,
    }
    iban = {"account_name": "Wolke", "account_number": "DE89370400440532013000", "bank": "Bank"}
    german = {"bank": iban, "phone": "+49 30 1234567"}
    shown = seller.patch("/v1/account", {"branding": german}).json()["branding"]
    assert shown["bank"] == {**iban, "ifsc": None, "swift": None}
    assert shown["phone"] == "+49 30 1234567"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"><rect width="80" height="40"/></svg>'  # noqa: E501


def _logo(kind: str, picture: bytes) -> dict[str, Any]:
    return {"branding": {"logo": f"data:image/{kind};base64,{b64encode(picture).decode()}"}}


def _noise(width: int, height: int) -> bytes:
    """A PNG that nothing makes smaller."""
    chance = Random(1)
    rows = b"".join(b"\0" + chance.randbytes(3 * width) for _ in range(height))

    def chunk(name: bytes, content: bytes) -> bytes:
        check = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_a_logo_is_taken_that_leaves_an_invoice_small(seller: Seller) -> None:
    for asked in (_logo("svg+xml", SVG), _logo("png", _noise(60, 60))):  # 11 kB
        shown = seller.patch("/v1/account", asked)
        assert shown.json()["branding"]["logo"] == asked["branding"]["logo"]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        (_logo("png", _noise(190, 190)), 413, "logo_too_heavy"),  # 108 kB
        (_logo("png", b"\x89PNG\r\n\x1a\n and no more"), 422, "logo_unreadable"),
        (_logo("svg+xml", b"<svg"), 422, "logo_unreadable"),
        ({"branding": {"logo": "data:image/png;base64,A"}}, 422, "logo_unreadable"),
    ],
)
def test_a_logo_that_no_invoice_should_carry(
    asked: dict[str, Any], status: int, code: str, standing: Seller
) -> None:
    answer = standing.patch("/v1/account", asked)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert problem["param"] == "branding.logo"


def test_a_new_name_shows_on_documents_made_from_now_on(seller: Seller, db: Database) -> None:
    with db.transaction(seller.tenant) as uow:
        before = uow.sellers.default().party_id
    seller.patch("/v1/account", {"business_name": "Chai", "address": {"city": "Hubballi"}})
    with db.transaction(seller.tenant) as uow:
        after = uow.sellers.default()
        rows = uow.connection.execute("select id, facts from parties").fetchall()
    facts: dict[Any, Any] = {row[0]: row[1] for row in rows}
    assert after.party_id != before
    assert facts[before]["name"] == "Chai Cloud Pvt Ltd"
    assert facts[after.party_id]["name"] == "Chai"
    assert facts[after.party_id]["legal_name"] == "Chai Cloud Pvt Ltd"
    assert facts[after.party_id]["address"] == {"city": "Hubballi"}
