"""Every page: there for whom it is meant, whole without scripts, light, and closed to others."""

import gzip
import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from khata.core.ids import new_id, public_id
from khata.dashboard.page import HEADERS
from tests.dashboard.trading import Trade
from tests.dashboard.visitor import Visitor
from tests.dashboard.world import PASSWORD, World

LISTS = [
    "/dashboard",
    "/dashboard/invoices",
    "/dashboard/credit-notes",
    "/dashboard/customers",
    "/dashboard/subscriptions",
    "/dashboard/coupons",
    "/dashboard/coupons/new",
    "/dashboard/payments",
    "/dashboard/recovery",
    "/dashboard/disputes",
    "/dashboard/settlements",
    "/dashboard/parked",
    "/dashboard/mails",
    "/dashboard/webhooks",
    "/dashboard/gateways",
    "/dashboard/gateways/new?gateway=paper",
    "/dashboard/dunning-policies",
    "/dashboard/dunning-policies/new",
    "/dashboard/tds",
    "/dashboard/e-invoices",
    "/dashboard/gateway-events",
    "/dashboard/reconciliations",
    "/dashboard/books",
    "/dashboard/month-end",
    "/dashboard/returns?month=2026-01",
    "/dashboard/settings",
    "/dashboard/clock",
    "/dashboard/sandboxes",
]
THINGS = {"invoices": "inv", "customers": "cus", "subscriptions": "sub", "mails": "mail"}


def closeups(trade: Trade) -> list[str]:
    return [
        f"/dashboard/invoices/{public_id('inv', trade.paid.id)}",
        f"/dashboard/invoices/{public_id('inv', trade.declined.id)}",
        f"/dashboard/customers/{public_id('cus', trade.asha)}",
        f"/dashboard/subscriptions/{public_id('sub', trade.subscription)}",
        f"/dashboard/mails/{public_id('mail', trade.mail)}",
        trade.hosted(trade.paid),
        trade.hosted(trade.declined),
    ]


@pytest.mark.parametrize("path", [*LISTS, "/dashboard/invoices/inv_x", "/dashboard/mails/m/body"])
def test_nobody_sees_a_page_without_signing_in(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/dashboard/sign-in")


@pytest.mark.parametrize("path", LISTS)
def test_every_page_of_an_empty_shop(signed_in: Visitor, path: str) -> None:
    answer = signed_in.get(path)
    assert answer.status_code == 200
    whole(answer.text)


def test_every_page_of_a_trading_shop(trade: Trade) -> None:
    for path in LISTS + closeups(trade):
        answer = trade.owner.get(path)
        assert answer.status_code == 200, path
        policy = answer.headers["content-security-policy"]
        if path.startswith("/i/"):  # its forms end at a gateway's page: in test mode also here
            policy = policy.replace(" https: http://127.0.0.1:* http://localhost:*", "")
        assert policy == HEADERS["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        whole(answer.text)
        assert weight(trade.owner, answer.text) < 100_000, path


def test_what_was_typed_is_text_on_every_page(trade: Trade) -> None:
    """A customer is called <script>alert(1)</script>: it is read, and never run."""
    name = "&lt;script&gt;alert(1)&lt;/script&gt;"
    for path in ["/dashboard/customers", "/dashboard/invoices", *closeups(trade)]:
        text = trade.owner.get(path).text
        assert "<script>alert" not in text
    assert name in trade.owner.get("/dashboard/customers").text


@pytest.mark.parametrize(("folder", "prefix"), THINGS.items())
def test_another_shops_things_do_not_exist(
    trade: Trade, world: World, folder: str, prefix: str
) -> None:
    stranger = world.visitor()
    stranger.sign_in(world.opens_shop("Other Shop").email, PASSWORD)
    theirs = {
        "invoices": trade.paid.id,
        "customers": trade.asha,
        "subscriptions": trade.subscription,
        "mails": trade.mail,
    }[folder]
    known, unknown = public_id(prefix, theirs), public_id(prefix, new_id(world.now))
    foreign = stranger.get(f"/dashboard/{folder}/{known}")
    nothing = stranger.get(f"/dashboard/{folder}/{unknown}")
    assert foreign.status_code == nothing.status_code == 404
    assert foreign.text.replace(known, "") == nothing.text.replace(unknown, "")
    assert trade.owner.get(f"/dashboard/{folder}/{known}").status_code == 200


def test_a_stranger_finds_nothing_in_the_lists(trade: Trade, world: World) -> None:
    stranger = world.visitor()
    stranger.sign_in(world.opens_shop("Other Shop").email, PASSWORD)
    for path in LISTS:
        assert "Asha Traders" not in stranger.get(path).text, path


@pytest.mark.parametrize(
    "path",
    ["/dashboard/invoices/x", "/dashboard/invoices?after=inv_x", "/dashboard/mails/mail_%00"],
)
def test_what_is_no_id_is_not_found(signed_in: Visitor, path: str) -> None:
    assert signed_in.get(path).status_code == 404


@pytest.mark.parametrize("q", ["%00", "%ED%A0%80", "%25", "_", "x" * 5000, "%27%3B--"])
def test_any_search_is_answered(signed_in: Visitor, q: str) -> None:
    for folder in ("invoices", "customers", "subscriptions", "mails"):
        assert signed_in.get(f"/dashboard/{folder}?q={q}").status_code == 200


def test_a_search_finds_by_number_and_by_name(trade: Trade) -> None:
    found = trade.owner.get(f"/dashboard/invoices?q={trade.paid.number[-5:]}").text
    assert trade.paid.number in found
    assert trade.declined.number not in found
    assert "Asha Traders" in trade.owner.get("/dashboard/customers?q=asha").text
    assert "Asha Traders" not in trade.owner.get("/dashboard/customers?q=a_ha").text


def test_a_filter_shows_its_state_only(trade: Trade) -> None:
    paid = trade.owner.get("/dashboard/invoices?status=paid").text
    assert trade.paid.number in paid
    assert trade.declined.number not in paid
    overdue = trade.owner.get("/dashboard/invoices?status=overdue").text
    assert trade.declined.number in overdue
    assert trade.paid.number not in overdue


@pytest.mark.parametrize("as_of", ["yesterday", "2026-02-30", "0", "9" * 300])
def test_a_day_that_is_none_gets_a_sentence(signed_in: Visitor, as_of: str) -> None:
    answer = signed_in.get(f"/dashboard/books?as_of={as_of}")
    assert answer.status_code == 400
    assert "That is not a day" in answer.text


def test_the_books_balance(trade: Trade) -> None:
    """Two invoices of 1,000 + 18 %: 2,360 billed, one paid with a fee of 2 % of 1,180."""
    books = trade.owner.get("/dashboard/books").text
    assert "Debits equal credits" in books
    rows = re.findall(r"<tr><th scope=\"row\">([\w ]+)</th>(.*?)</tr>", books)
    told = {name: [a for a in re.findall(r">([^<>]*)</td>", cells) if a] for name, cells in rows}
    assert told["Receivable"] == ["₹1,180.00"]
    assert told["Gateway clearing"] == ["₹1,156.40"]
    assert told["Gateway fees"] == ["₹23.60"]
    assert told["Deferred revenue"] == ["₹2,000.00"]
    assert told["CGST payable"] == told["SGST payable"] == ["₹180.00"]


def test_a_mail_is_shown_where_it_can_do_nothing(trade: Trade) -> None:
    path = f"/dashboard/mails/{public_id('mail', trade.mail)}"
    assert '<iframe class="letter" sandbox=""' in trade.owner.get(path).text
    body = trade.owner.get(f"{path}/body")
    policy = body.headers["content-security-policy"]
    assert "sandbox" in policy.split("; ")
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


class _Reader(HTMLParser):
    """Notes what a page may not have: styles and scripts inside it, and ids given twice."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.ids: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.labels = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags[tag] += 1
        if given.get("id"):
            self.ids[str(given["id"])] += 1
        inline = tag == "style" or "style" in given or any(name[:2] == "on" for name in given)
        if inline or (tag == "script" and not given.get("src")):
            self.wrong.append(f"<{tag}> has a script or style inside")
        if tag == "th" and not given.get("scope"):
            self.wrong.append("a heading of a table says not what it heads")
        if tag in ("script", "link", "img") and "//" in str(given.get("src") or given.get("href")):
            self.wrong.append(f"<{tag}> is loaded from elsewhere")
        if tag == "html" and given.get("lang") != "en":
            self.wrong.append("the page says not what language it is in")


def whole(html: str) -> None:
    """Check what every page must have, and what none may have."""
    reader = _Reader()
    reader.feed(html)
    assert reader.wrong == []
    assert reader.tags["h1"] == 1
    assert reader.tags["main"] == 1
    assert [id for id, times in reader.ids.items() if times > 1] == []


def weight(visitor: Visitor, html: str) -> int:
    """Return the bytes that a first visit moves: the page as it is, its files compressed."""
    moved = len(html.encode())
    for path in re.findall(r'(?:src|href)="(/dashboard/static/[^"]+)"', html):
        moved += len(gzip.compress(visitor.get(path).content, 9))
    return moved + sum(
        len(visitor.get(f"/dashboard/static/vendor/fraunces-{part}.woff2").content)
        for part in ("latin", "rupee")
    )
