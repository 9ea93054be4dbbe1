"""Sandboxes on their page: opened, entered, moved through time, and archived."""

import re

import pytest

from khata.core.ids import public_id
from khata.usecases.due_work import do_round
from tests.dashboard.test_clock import CLOCK, moves
from tests.dashboard.test_figures import told
from tests.dashboard.visitor import Visitor, form_of
from tests.dashboard.world import Shop, World

SANDBOXES = "/dashboard/sandboxes"


def opens(visitor: Visitor, name: str) -> str:
    """Open a sandbox, and return its tenant's public id."""
    answer = visitor.post(SANDBOXES, form=form_of(visitor.get(SANDBOXES).text), name=name)
    assert answer.status_code == 200, told(answer.text)
    assert f"{name} is open" in told(answer.text)
    assert re.search(r"sk_test_\w{20,}", answer.text)
    assert not re.search(r"sk_test_\w{20,}", visitor.get(SANDBOXES).text)  # told this once
    found = re.search(rf'value="(ten_\w+)" aria-label="Enter {name}"', answer.text)
    assert found
    return found.group(1)


def enters(visitor: Visitor, tenant: str) -> str:
    form = form_of(visitor.get("/dashboard").text)
    assert visitor.post("/dashboard/mode", form=form, tenant=tenant).status_code == 303
    return told(visitor.get("/dashboard").text)


def test_one_switches_between_live_test_and_sandboxes(signed_in: Visitor, shop: Shop) -> None:
    assert "Switch to live" in told(signed_in.get("/dashboard").text)
    price, leap = opens(signed_in, "Price test"), opens(signed_in, "Leap year")
    choice = re.findall(r"<option[^>]*>([^<]+)</option>", signed_in.get("/dashboard").text)
    assert choice == ["Live", "Leap year", "Price test"]
    assert "Sandbox Price test" in enters(signed_in, price)
    assert "Time stands at 31 Jan 2026, 12:00" in moves(signed_in, by="freeze")
    moves(signed_in, by="date", to="2026-05-01T09:00")
    assert "Sandbox Leap year" in enters(signed_in, leap)
    assert "This tenant lives in real time." in told(signed_in.get(CLOCK).text)
    rows = told(signed_in.get(SANDBOXES).text)
    assert "1 May 2026, 09:00" in rows
    assert "Real time" in rows
    assert "Test mode" in enters(signed_in, shop.public_tenant)
    assert "Live Real customers" in enters(signed_in, public_id("ten", shop.live))


def test_who_looks_at_what_is_archived_is_back_in_test_mode(signed_in: Visitor, shop: Shop) -> None:
    id = opens(signed_in, "Price test")
    enters(signed_in, id)
    form = form_of(signed_in.get(SANDBOXES).text)
    signed_in.post(f"{SANDBOXES}/{id}/archive", form=form)
    assert "Test mode" in told(signed_in.get("/dashboard").text)
    assert "There is none yet." in told(signed_in.get(SANDBOXES).text)
    assert signed_in.post("/dashboard/mode", form=form, tenant=id).status_code == 404


@pytest.mark.parametrize(
    ("name", "code", "sentence"),
    [
        ("", 400, "A name has 1 to 60"),
        ("price test", 409, "There is a sandbox price test"),
    ],
)
def test_a_name_that_cannot_be_is_a_sentence(
    signed_in: Visitor, name: str, code: int, sentence: str
) -> None:
    opens(signed_in, "Price test")
    answer = signed_in.post(SANDBOXES, form=form_of(signed_in.get(SANDBOXES).text), name=name)
    assert answer.status_code == code
    assert sentence in told(answer.text)


def test_another_accounts_sandbox_is_not_there(signed_in: Visitor, world: World) -> None:
    other = world.opens_shop("Other Shop")
    form = form_of(signed_in.get(SANDBOXES).text)
    for tenant in (other.public_tenant, public_id("ten", other.live)):
        assert signed_in.post(f"{SANDBOXES}/{tenant}/archive", form=form).status_code == 404


def test_a_clock_that_is_stuck_says_why_and_is_tried_again(
    signed_in: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves(signed_in, by="freeze")

    def close_month(*_: object, **__: object) -> int:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(do_round, "close_month", close_month)
    form = form_of(signed_in.get(CLOCK).text)
    with pytest.raises(ZeroDivisionError):
        signed_in.post(CLOCK, form=form, by="date", to="2026-03-05T09:00")
    page = told(signed_in.get(CLOCK).text)
    assert "Time is on its way to 5 Mar 2026, 09:00 and has reached 1 Feb 2026, 00:00." in page
    assert "It does not get on from there: An unforeseen ZeroDivisionError" in page
    monkeypatch.undo()
    assert "Time stands at 5 Mar 2026, 09:00" in moves(signed_in, by="again")
