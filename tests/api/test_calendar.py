"""The billing calendar at the API's door."""

from tests.api.recipes import subscribed
from tests.api.seller import Seller


def test_a_year_of_renewals(seller: Seller) -> None:
    made = subscribed(seller)
    told = seller.get(f"/v1/subscriptions/{made['id']}/calendar").json()
    assert told["object"] == "billing_calendar"
    assert len(told["entries"]) == 12
    first = told["entries"][0]
    assert first["on"] == made["current_period"]["end"]
    assert (first["kind"], first["amount"], first["reason"]) == ("renews", 118_000, None)
    assert first["period"]["start"] == first["on"]
    of_customer = seller.get(f"/v1/customers/{seller.id('customers')}/calendar").json()
    assert of_customer["entries"] == told["entries"]


def test_it_can_be_read_by_calendar_programs(seller: Seller) -> None:
    made = subscribed(seller)
    path = f"/v1/subscriptions/{made['id']}/calendar"
    answer = seller.get(path, format="ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    lines = answer.content.decode().split("\r\n")
    assert (lines[0], lines[-2], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "")
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 12
    uids = [line for line in lines if line.startswith("UID:")]
    assert len(set(uids)) == 12
    again = seller.get(path, format="ics").content.decode().split("\r\n")
    assert [line for line in again if line.startswith("UID:")] == uids


def test_no_other_format_and_nobody_elses(seller: Seller) -> None:
    made = subscribed(seller)
    assert seller.get(f"/v1/subscriptions/{made['id']}/calendar", format="xml").status_code == 422
    assert seller.get("/v1/subscriptions/sub_x/calendar").status_code == 404
    assert seller.get("/v1/customers/cus_x/calendar").status_code == 404
