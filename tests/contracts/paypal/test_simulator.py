"""The pretend PayPal by itself: what it does as PayPal's documents say, asked over the wire."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from khata.adapters.gateways.paypal import PayPalVendor
from khata.core.payment import Outcome
from khata.core.payment_method import MethodKind
from khata.simulators.paypal import PayPalSimulator
from khata.simulators.paypal.accounts import TOKEN_LASTS, numbered
from khata.simulators.server import SimulatorServer
from tests.contracts.paypal.conftest import AT, Asked, keys_of
from tests.contracts.paypal.receiver import receiver

DAY = timedelta(days=1)


@pytest.fixture
def simulator() -> PayPalSimulator:
    simulator = PayPalSimulator(lambda: AT)
    simulator.advance(AT)
    return simulator


@pytest.fixture
def url(simulator: PayPalSimulator) -> Iterator[str]:
    server = SimulatorServer(simulator).start()
    yield server.url
    server.close()


@pytest.fixture
def api(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, verify=False) as client:  # reading roots takes a while
        client.headers["Authorization"] = f"Bearer {token(client)}"
        yield client


def token(client: httpx.Client, number: int = 1) -> str:
    account = numbered(number)
    said = client.post(
        "/v1/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(account.client_id, account.client_secret),
    ).json()
    return str(said["access_token"])


def order(value: str = "10.00", currency: str = "USD", **unit: Any) -> dict[str, Any]:
    amount = {"currency_code": currency, "value": value}
    return {"intent": "CAPTURE", "purchase_units": [{"amount": amount, **unit}]}


def paid_by(vault_id: str, kind: str = "card") -> dict[str, Any]:
    return {"payment_source": {kind: {"vault_id": vault_id}}}


def post(api: httpx.Client, path: str, body: Any, id: str | None = None) -> httpx.Response:
    headers = {"PayPal-Request-Id": id} if id else {}
    return api.post(path, json=body, headers=headers)


def issue(response: httpx.Response) -> tuple[int, str, str | None]:
    said = response.json()
    details = said.get("details", [{}])
    assert said["debug_id"]
    return response.status_code, said["name"], details[0].get("issue")


def test_a_token_lasts_nine_hours(api: httpx.Client, simulator: PayPalSimulator) -> None:
    assert api.get("/v3/vault/payment-tokens/card_ok").status_code == 200
    simulator.advance(AT + TOKEN_LASTS)
    refused = api.get("/v3/vault/payment-tokens/card_ok")
    assert issue(refused) == (401, "AUTHENTICATION_FAILURE", None)


def test_a_wallet_is_saved_when_its_owner_approves_it(
    api: httpx.Client, url: str, asked: Asked
) -> None:
    setup = post(
        api,
        "/v3/vault/setup-tokens",
        {"payment_source": {"paypal": {"usage_type": "MERCHANT"}}, "customer": {"id": "asha"}},
        "setup-1",
    ).json()
    assert setup["status"] == "PAYER_ACTION_REQUIRED"
    confirm = {"payment_source": {"token": {"id": setup["id"], "type": "SETUP_TOKEN"}}}
    early = post(api, "/v3/vault/payment-tokens", confirm, "token-0")
    assert issue(early) == (422, "UNPROCESSABLE_ENTITY", "PAYER_ACTION_REQUIRED")
    [approve] = [link["href"] for link in setup["links"] if link["rel"] == "approve"]
    assert api.get(f"/agreements/approve?{httpx.URL(approve).query.decode()}").status_code == 200
    saved = post(api, "/v3/vault/payment-tokens", confirm, "token-1").json()
    listed = api.get("/v3/vault/payment-tokens?customer_id=asha").json()
    assert listed["payment_tokens"] == [saved]

    gateway = PayPalVendor().open(keys_of(numbered(1)), base_url=url)
    method = gateway.read_method(saved["id"], holder="asha")
    assert method is not None
    assert (method.kind, method.holder, method.usable) == (MethodKind.WALLET, "asha", True)
    assert gateway.read_method(saved["id"], holder="somebody else") is None
    paid = gateway.charge(asked(saved["id"], kind=MethodKind.WALLET), at=AT)
    assert paid.outcome is Outcome.SUCCEEDED
    assert api.delete(f"/v3/vault/payment-tokens/{saved['id']}").status_code == 204
    assert gateway.read_method(saved["id"]) is None
    gone = gateway.charge(asked(saved["id"], kind=MethodKind.WALLET), at=AT)
    assert gone.decline_code == "token_id_not_found"
    gateway.close()


@pytest.mark.parametrize(
    ("name", "code"), [("Asha Rao", "0000"), ("CCREJECT-IF", "5120"), ("CCREJECT-EC", "5400")]
)
def test_a_card_s_name_decides_as_in_paypal_s_own_sandbox(
    api: httpx.Client, name: str, code: str
) -> None:
    card = {"number": "4111111111111111", "expiry": "2030-02", "name": name}
    setup = post(api, "/v3/vault/setup-tokens", {"payment_source": {"card": card}}, "s").json()
    assert setup["status"] == "APPROVED"
    confirm = {"payment_source": {"token": {"id": setup["id"], "type": "SETUP_TOKEN"}}}
    saved = post(api, "/v3/vault/payment-tokens", confirm, "t").json()
    assert saved["payment_source"]["card"]["last_digits"] == "1111"
    assert "4111111111111111" not in str(saved)
    made = post(api, "/v2/checkout/orders", order(), "o").json()
    path = f"/v2/checkout/orders/{made['id']}/capture"
    api.headers["Prefer"] = "return=representation"
    captured = post(api, path, paid_by(saved["id"]), "c").json()
    [capture] = captured["purchase_units"][0]["payments"]["captures"]
    assert capture["processor_response"]["response_code"] == code


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (order("100.50", "HUF"), (422, "DECIMALS_NOT_SUPPORTED")),
        (order("100.5", "JPY"), (422, "DECIMALS_NOT_SUPPORTED")),
        (order("10.005"), (422, "DECIMAL_PRECISION")),
        (order("0.00"), (422, "CANNOT_BE_ZERO_OR_NEGATIVE")),
        (order("-1"), (400, "INVALID_PARAMETER_SYNTAX")),
        (order("10.00", "INR"), (422, "INVALID_CURRENCY_CODE")),
        (order("10.000", "KWD"), (422, "INVALID_CURRENCY_CODE")),
        (order(custom_id="x" * 128), (400, "INVALID_STRING_LENGTH")),
        ({"intent": "CAPTURE"}, (400, "MISSING_REQUIRED_PARAMETER")),
        ({**order(), "intent": "SALE"}, (400, "INVALID_PARAMETER_VALUE")),
        ([], (400, "MALFORMED_REQUEST_JSON")),
    ],
)
def test_an_order_that_is_wrong_is_refused(
    api: httpx.Client, body: Any, expected: tuple[int, str]
) -> None:
    status, _, said = issue(post(api, "/v2/checkout/orders", body, "1"))
    assert (status, said) == expected


def test_an_order_alone_takes_nothing_and_is_dropped(
    api: httpx.Client, simulator: PayPalSimulator
) -> None:
    made = post(api, "/v2/checkout/orders", order(), "1")
    assert made.status_code == 201
    assert set(made.json()) == {"id", "status", "links"}  # minimal, unless more is preferred
    path = f"/v2/checkout/orders/{made.json()['id']}"
    shown = api.get(path).json()
    assert (shown["status"], shown["create_time"]) == ("CREATED", "2025-02-28T06:30:00Z")
    assert issue(post(api, f"{path}/capture", {}, "2"))[2] == "ORDER_NOT_APPROVED"
    assert issue(post(api, f"{path}/capture", paid_by("card_ok")))[2] == (
        "PAYPAL_REQUEST_ID_REQUIRED"
    )
    simulator.advance(AT + timedelta(hours=3))
    assert issue(api.get(path)) == (404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID")
    assert simulator.books() == {"payments": [], "refunds": []}


def test_ids_are_remembered_for_six_hours_and_for_one_thing(
    api: httpx.Client, simulator: PayPalSimulator
) -> None:
    first = post(api, "/v2/checkout/orders", order(invoice_id="I"), "1").json()["id"]
    again = post(api, "/v2/checkout/orders", order(invoice_id="I"), "1")
    assert (again.status_code, again.json()["id"]) == (200, first)
    other = post(api, "/v2/checkout/orders", order("11.00"), "1")
    assert issue(other)[2] == "PAYPAL_REQUEST_ID_PREVIOUSLY_USED"
    path = f"/v2/checkout/orders/{first}/capture"
    assert post(api, path, paid_by("card_ok"), "2").status_code == 201
    assert post(api, path, paid_by("card_ok"), "2").status_code == 200
    assert post(api, "/v2/checkout/orders", order(invoice_id="I"), "1").json()["status"] == (
        "COMPLETED"  # the latest state, not the first answer
    )
    assert issue(post(api, path, paid_by("card_ok"), "3"))[2] == "ORDER_ALREADY_CAPTURED"
    simulator.advance(AT + timedelta(hours=6))
    second = post(api, "/v2/checkout/orders", order(invoice_id="I"), "1").json()["id"]
    assert second != first
    path = f"/v2/checkout/orders/{second}/capture"
    assert issue(post(api, path, paid_by("card_ok"), "4"))[2] == "DUPLICATE_INVOICE_ID"
    assert [one["captured"] for one in simulator.books()["payments"]] == [True]


def test_the_list_is_late_and_no_wider_than_a_month(
    api: httpx.Client, simulator: PayPalSimulator
) -> None:
    made = post(api, "/v2/checkout/orders", order(custom_id="mine"), "1").json()["id"]
    post(api, f"/v2/checkout/orders/{made}/capture", paid_by("card_ok"), "2")

    def listed(**query: str) -> Any:
        dates = {"start_date": "2025-02-01T00:00:00Z", "end_date": "2025-03-01T00:00:00Z"}
        return api.get("/v1/reporting/transactions", params=dates | query).json()

    assert listed()["transaction_details"] == []
    simulator.advance(AT + timedelta(hours=3))
    said = listed()
    assert said["last_refreshed_datetime"] == "2025-02-28T06:30:00+0000"
    [row] = [one["transaction_info"] for one in said["transaction_details"]]
    assert (row["custom_field"], row["transaction_status"]) == ("mine", "S")
    assert row["fee_amount"]["value"] == "-0.84"  # 0.35 and 0.49
    assert listed(transaction_amount="1001 TO 2000")["total_items"] == 0
    assert listed(transaction_currency="EUR")["total_items"] == 0
    assert listed(end_date="2025-03-05T00:00:00Z")["name"] == "INVALID_REQUEST"
    api.headers["Authorization"] = f"Bearer {token(api, 2)}"
    assert listed()["total_items"] == 0  # another account's


def test_webhooks_go_to_whoever_asked_for_them(
    api: httpx.Client, url: str, simulator: PayPalSimulator
) -> None:
    with receiver() as inbox:
        hook = post(
            api, "/v1/notifications/webhooks", {"url": inbox.url, "event_types": [{"name": "*"}]}
        ).json()
        made = post(api, "/v2/checkout/orders", order(), "1").json()["id"]
        post(api, f"/v2/checkout/orders/{made}/capture", paid_by("card_pending"), "2")
        simulator.hooks.deliver()
        simulator.advance(AT + 3 * DAY)
        simulator.hooks.deliver()
    keys = {"webhook_root": simulator.webhook_root}
    told = [
        PayPalVendor().read_event(
            one.headers,
            one.body,
            secrets=(hook["id"],),
            received_at=AT,
            credentials=keys,
            base_url=url,
        )
        for one in inbox.got
    ]
    assert [event.type for event in told] == [
        "PAYMENT.CAPTURE.PENDING",
        "CHECKOUT.ORDER.COMPLETED",
        "PAYMENT.CAPTURE.COMPLETED",
    ]
    assert len({event.id for event in told}) == 3
    assert {event.reference for event in told} == {simulator.books()["payments"][0]["reference"]}


def test_a_dispute_can_be_read_by_its_own_account(
    api: httpx.Client, simulator: PayPalSimulator
) -> None:
    made = post(api, "/v2/checkout/orders", order(), "1").json()["id"]
    post(api, f"/v2/checkout/orders/{made}/capture", paid_by("card_dispute"), "2")
    simulator.advance(AT + DAY)
    api.headers["Authorization"] = f"Bearer {token(api)}"
    [dispute] = simulator.charges.disputes
    said = api.get(f"/v1/customer/disputes/{dispute}").json()
    assert (said["status"], said["dispute_amount"]["value"]) == (
        "WAITING_FOR_SELLER_RESPONSE",
        "10.00",
    )
    api.headers["Authorization"] = f"Bearer {token(api, 2)}"
    assert api.get(f"/v1/customer/disputes/{dispute}").status_code == 404
