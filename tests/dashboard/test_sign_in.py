"""The way in and out: passwords, sessions, one-time entries, and forms of other sites."""

from datetime import timedelta
from functools import cache

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.dashboard.routes import entry_link
from khata.usecases.tenants import open_account, sign_in
from khata.usecases.tenants.sign_in import TRIES_OF_ADDRESS, TRIES_OF_EMAIL
from tests.dashboard.visitor import Visitor, form_of
from tests.dashboard.world import PASSWORD, Shop, World


def test_a_right_password_opens_the_overview(shop: Shop, visitor: Visitor) -> None:
    answer = visitor.sign_in(shop.email, PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard")
    assert shop.name in visitor.get("/dashboard").text


def test_e_mail_is_known_in_any_case(shop: Shop, visitor: Visitor) -> None:
    assert visitor.sign_in(f"  {shop.email.upper()} ", PASSWORD).status_code == 303


@pytest.mark.parametrize("password", ["wrong", "", "x" * 5000, "nul\0", "\ud800"])
def test_a_wrong_password_is_a_sentence_beside_the_field(
    shop: Shop, visitor: Visitor, password: str
) -> None:
    answer = visitor.sign_in(shop.email, password)
    assert answer.status_code == 401
    assert "The e-mail or the password is wrong" in answer.text
    assert 'aria-describedby="refused"' in answer.text
    assert visitor.get("/dashboard").headers["location"].startswith("/dashboard/sign-in")


def test_an_unknown_e_mail_gets_the_same_answer(shop: Shop, visitor: Visitor) -> None:
    known = visitor.sign_in(shop.email, "wrong")
    unknown = visitor.sign_in("nobody@nowhere.example", "wrong")
    hide = "nobody@nowhere.example", shop.email
    assert unknown.text.replace(*hide) == known.text
    assert unknown.status_code == known.status_code


def test_at_its_real_cost_a_password_opens_and_an_unknown_e_mail_costs_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs: list[str] = []

    class Weighed(Argon2Hasher):
        def verify(self, password: str | bytes, hash: str | bytes) -> bool:
            costs.append(str(hash).split("$")[3])
            return super().verify(password, hash)

    monkeypatch.setattr(open_account, "Argon2Hasher", Argon2Hasher)
    monkeypatch.setattr(sign_in, "Argon2Hasher", Weighed)
    for kept in (sign_in._hasher, sign_in._nobodys_hash):
        monkeypatch.setattr(sign_in, kept.__name__, cache(kept.__wrapped__))
    shop = world.opens_shop()
    assert world.visitor().sign_in(shop.email, PASSWORD).status_code == 303
    assert world.visitor().sign_in("nobody@nowhere.example", PASSWORD).status_code == 401
    assert costs == ["m=65536,t=3,p=4"] * 2  # the one that a shop is opened with


def test_after_ten_tries_even_the_right_password_waits(
    shop: Shop, visitor: Visitor, world: World
) -> None:
    for _ in range(TRIES_OF_EMAIL):
        assert visitor.sign_in(shop.email, "wrong").status_code == 401
    answer = visitor.sign_in(shop.email, PASSWORD)
    assert answer.status_code == 429
    assert "wait 15 minutes" in answer.text
    assert answer.headers["retry-after"] == "900"
    world.passes(timedelta(minutes=15))
    assert visitor.sign_in(shop.email, PASSWORD).status_code == 303


def test_one_address_cannot_try_many_e_mails(shop: Shop, world: World) -> None:
    robot = world.visitor("203.0.113.7")
    for number in range(TRIES_OF_ADDRESS):
        assert robot.sign_in(f"guess{number}@chai.example", "guess").status_code == 401
    assert robot.sign_in(shop.email, PASSWORD).status_code == 429
    assert world.visitor("203.0.113.8").sign_in(shop.email, PASSWORD).status_code == 303


def test_who_signs_in_does_not_use_up_the_tries_of_a_whole_office(shop: Shop, world: World) -> None:
    for _ in range(TRIES_OF_ADDRESS + 1):
        assert world.visitor("203.0.113.9").sign_in(shop.email, PASSWORD).status_code == 303


def test_the_cookie_is_out_of_reach(shop: Shop, visitor: Visitor) -> None:
    cookie = visitor.sign_in(shop.email, PASSWORD).headers["set-cookie"].lower()
    assert "khata_session=" in cookie
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie  # plain http here


def test_over_https_the_cookie_is_secure(shop: Shop, world: World) -> None:
    visitor = world.visitor(base_url="https://testserver")
    assert "secure" in visitor.sign_in(shop.email, PASSWORD).headers["set-cookie"].lower()


def test_a_session_ends_after_twelve_hours(signed_in: Visitor, world: World) -> None:
    world.passes(timedelta(hours=12) - timedelta(seconds=1))
    assert signed_in.get("/dashboard").status_code == 200
    world.passes(timedelta(seconds=1))
    assert signed_in.get("/dashboard/invoices").headers["location"] == (
        "/dashboard/sign-in?then=/dashboard/invoices"
    )


def test_signing_out_ends_the_session_everywhere(signed_in: Visitor) -> None:
    stolen = dict(signed_in.client.cookies)
    form = form_of(signed_in.get("/dashboard").text)
    assert signed_in.post("/dashboard/sign-out", form=form).status_code == 303
    signed_in.client.cookies.update(stolen)
    assert signed_in.get("/dashboard").status_code == 303


@pytest.mark.parametrize("path", ["/dashboard/sign-out", "/dashboard/mode", "/dashboard/clock"])
@pytest.mark.parametrize("form", ["", "0" * 64, "é\ud800"])
def test_a_form_of_another_site_is_refused(signed_in: Visitor, path: str, form: str) -> None:
    answer = signed_in.post(path, form=form, tenant="x", by="day")
    assert answer.status_code == 403
    assert "This form is no longer valid" in answer.text
    assert "Test mode" in signed_in.get("/dashboard").text


def test_another_sessions_form_is_refused(shop: Shop, signed_in: Visitor, world: World) -> None:
    other = world.visitor()
    other.sign_in(shop.email, PASSWORD)
    form = form_of(other.get("/dashboard").text)
    assert signed_in.post("/dashboard/sign-out", form=form).status_code == 403


@pytest.mark.parametrize(
    "then",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/dashboard//evil", "/i/x", ""],
)
def test_signing_in_never_leads_away(shop: Shop, visitor: Visitor, then: str) -> None:
    answer = visitor.sign_in(shop.email, PASSWORD, then=then)
    assert answer.headers["location"] == "/dashboard"


def test_signing_in_leads_where_one_wanted_to_go(shop: Shop, visitor: Visitor) -> None:
    answer = visitor.sign_in(shop.email, PASSWORD, then="/dashboard/books")
    assert answer.headers["location"] == "/dashboard/books"


def test_an_entry_link_works_once(shop: Shop, visitor: Visitor, world: World) -> None:
    link = entry_link(world.engine, shop.user, shop.test)
    assert visitor.get(link).headers["location"] == "/dashboard"
    assert visitor.get("/dashboard").status_code == 200
    again = world.visitor().get(link)
    assert again.status_code == 401
    assert "has been used or has expired" in again.text


def test_who_is_signed_in_is_not_asked_again(shop: Shop, visitor: Visitor, world: World) -> None:
    link = entry_link(world.engine, shop.user, shop.test)
    visitor.get(link)
    for path in (link, "/dashboard/sign-in"):
        assert visitor.get(path).headers["location"] == "/dashboard"
    assert visitor.get("/dashboard").status_code == 200


def test_an_entry_link_expires(shop: Shop, visitor: Visitor, world: World) -> None:
    link = entry_link(world.engine, shop.user, shop.test)
    world.passes(timedelta(minutes=30))
    assert visitor.get(link).status_code == 401


def test_an_entry_is_no_session_and_a_session_no_entry(shop: Shop, world: World) -> None:
    entry = entry_link(world.engine, shop.user, shop.test).partition("token=")[2]
    thief = world.visitor()
    thief.client.cookies.set("khata_session", entry)
    assert thief.get("/dashboard").status_code == 303
    owner = world.visitor()
    owner.sign_in(shop.email, PASSWORD)
    session = owner.client.cookies["khata_session"]
    assert thief.get(f"/dashboard/enter?token={session}").status_code == 401


def test_nobody_enters_a_tenant_of_another_account(shop: Shop, world: World) -> None:
    other = world.opens_shop("Other Shop")
    with pytest.raises(NotFound, match="No such tenant"):
        entry_link(world.engine, shop.user, other.test)


def test_switching_between_test_and_live(shop: Shop, signed_in: Visitor) -> None:
    form = form_of(signed_in.get("/dashboard").text)
    signed_in.post("/dashboard/mode", form=form, tenant=public_id("ten", shop.live))
    live = signed_in.get("/dashboard").text
    assert "Real customers, real money." in live
    assert "/dashboard/clock" not in live
    signed_in.post("/dashboard/mode", form=form, tenant=shop.public_tenant)
    assert "Test mode" in signed_in.get("/dashboard").text


def test_nobody_is_switched_to_a_tenant_of_another_account(
    signed_in: Visitor, world: World
) -> None:
    form = form_of(signed_in.get("/dashboard").text)
    other = world.opens_shop("Other Shop")
    answer = signed_in.post("/dashboard/mode", form=form, tenant=other.public_tenant)
    assert answer.status_code == 404
    assert "Other Shop" not in signed_in.get("/dashboard").text
