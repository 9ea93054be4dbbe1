"""Customers and what they pay with: payment methods, set-ups and mandates."""

from khata.simulators.stripe import objects
from khata.simulators.stripe.accounts import Account, Object
from khata.simulators.stripe.asked import Asked
from khata.simulators.stripe.fates import Past, fate_named, is_fate, read_token
from khata.simulators.stripe.forms import metadata, needed, only, yes
from khata.simulators.stripe.objects import seconds
from khata.simulators.stripe.refusals import invalid

_CUSTOMER = "address description email invoice_settings metadata name phone expand"
_SETUP = (
    "allowed_payment_method_types automatic_payment_methods confirm customer description expand "
    "metadata payment_method payment_method_options return_url usage"
)


def create_customer(asked: Asked) -> Object:
    only(asked.form, _CUSTOMER)
    account, form = asked.account, asked.form
    given = {name: form[name] for name in ("description", "email", "name", "phone") if name in form}
    made = objects.customer(account, account.new_id("cus"), asked.at, **given)
    made["metadata"] = metadata(form)
    account.add(made)
    asked.told("customer.created", made)
    return made


def change_customer(asked: Asked, id: str) -> Object:
    only(asked.form, _CUSTOMER)
    found = asked.account.get(id, "customer")
    for name in ("description", "email", "name", "phone"):
        if name in asked.form:
            found[name] = asked.form[name]
    found["metadata"] |= metadata(asked.form)
    settings = asked.form.get("invoice_settings") or {}
    if "default_payment_method" in settings:
        method = method_of(asked.account, settings["default_payment_method"], asked)
        found["invoice_settings"]["default_payment_method"] = method["id"]
    asked.told("customer.updated", found)
    return found


def create_method(asked: Asked) -> Object:
    """Make a payment method of a test token: card[token]=tok_visa gives what pm_card_visa is."""
    only(asked.form, "type card metadata billing_details expand")
    if needed(asked.form, "type") != "card":
        raise invalid("The simulator makes cards only", param="type")
    token = str((asked.form.get("card") or {}).get("token", ""))
    name = f"pm_card_{token.removeprefix('tok_')}"
    if not token.startswith("tok_") or not is_fate(name):
        raise invalid(f"No such token: '{token}'", code="resource_missing", param="card[token]")
    return _made(asked, name, None)


def method_of(account: Account, id: str, asked: Asked, *, param: str | None = None) -> Object:
    """Return a payment method; one of the ready-made is made when it is first asked for."""
    if id not in account.objects:
        ready = read_token(id)
        if ready is not None:
            name, holder = ready
            if holder not in account.objects:
                account.add(objects.customer(account, holder, asked.at))
            _made(asked, name, holder, id=id)
    return account.get(id, "payment_method", param=param)


def attach(asked: Asked, id: str) -> Object:
    """Attach it to a customer; a ready-made one is copied, as Stripe's own are."""
    only(asked.form, "customer expand")
    holder = asked.account.get(needed(asked.form, "customer"), "customer", param="customer")
    ready = read_token(id)
    if ready is not None:
        method = _made(asked, ready[0], holder["id"])
    else:
        method = asked.account.get(id, "payment_method")
        if method["customer"] not in (None, holder["id"]):
            raise invalid(
                "The payment method you provided has already been attached to a customer.",
                code="payment_method_unexpected_state",
            )
        method["customer"] = holder["id"]
    asked.told("payment_method.attached", method)
    return method


def detach(asked: Asked, id: str) -> Object:
    """Detach it: it can never be charged again, and its mandate ends."""
    method = method_of(asked.account, id, asked)
    if method["customer"] is None:
        raise invalid(
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible.",
            code="payment_method_unexpected_state",
        )
    method["customer"] = None
    end_mandate(asked, id)
    asked.told("payment_method.detached", method)
    return method


def end_mandate(asked: Asked, method: str) -> None:
    mandate = asked.account.objects.get(asked.account.mandates.get(method, ""))
    if mandate is not None and mandate["status"] == "active":
        mandate["status"] = "inactive"
        asked.told("mandate.updated", mandate)


def create_setup(asked: Asked) -> Object:
    only(asked.form, _SETUP)
    account, form = asked.account, asked.form
    if "customer" in form:
        account.get(form["customer"], "customer", param="customer")
    setup = account.add(setup_of(account, asked, form.get("customer"), metadata(form)))
    asked.told("setup_intent.created", setup)
    if "payment_method" in form:
        setup["payment_method"] = form["payment_method"]
        setup["status"] = "requires_confirmation"
    return confirm_setup(asked, setup["id"]) if yes(form, "confirm") else setup


def confirm_setup(asked: Asked, id: str) -> Object:
    """Save the payment method for the customer, as if they had passed every check."""
    account = asked.account
    setup = account.get(id, "setup_intent")
    token = asked.form.get("payment_method") or setup["payment_method"]
    if setup["status"] not in ("requires_payment_method", "requires_confirmation") or not token:
        raise invalid("It cannot be confirmed", code="setup_intent_unexpected_state")
    ready = read_token(token)
    if ready is not None:
        method = _made(asked, ready[0], setup["customer"], in_setup=True)
    else:
        method = account.get(token, "payment_method", param="payment_method")
        method["customer"] = setup["customer"]
    setup |= {"payment_method": method["id"], "status": "succeeded"}
    setup["mandate"] = account.mandates.get(method["id"])
    if setup["customer"] is not None:
        asked.told("payment_method.attached", method)
    asked.told("setup_intent.succeeded", setup)
    return setup


def made_on_page(asked: Asked, name: str, holder: str | None, *, has_mandate: bool) -> Object:
    """Make the payment method of this fate that a payer brings to a hosted page."""
    method = _made(asked, name, None)
    method["customer"] = holder
    if holder is not None and has_mandate:
        mandate = asked.account.add(_mandate(asked.account, asked, method))
        asked.account.mandates[method["id"]] = mandate["id"]
    return method


def _made(
    asked: Asked, name: str, holder: str | None, *, id: str | None = None, in_setup: bool = False
) -> Object:
    """Make a payment method of this fate; with its mandate where an Indian bank has issued it."""
    account = asked.account
    fate = fate_named(name, Past(0, 0))
    method = account.add(
        objects.payment_method(
            account,
            id or account.new_id("pm"),
            asked.at,
            type=fate.type,
            country=fate.country,
            customer=holder,
        )
    )
    account.fates[method["id"]] = name
    if holder is not None and (fate.country == "IN" or fate.type != "card"):
        mandate = account.add(_mandate(account, asked, method))
        account.mandates[method["id"]] = mandate["id"]
        if not in_setup:
            setup = account.add(setup_of(account, asked, holder, {}))
            setup |= {"payment_method": method["id"], "mandate": mandate["id"]}
            setup["status"] = "succeeded"
    return method


def setup_of(account: Account, asked: Asked, customer: str | None, kept: dict[str, str]) -> Object:
    id = account.new_id("seti")
    return {
        "id": id,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": f"{id}_secret_{id[-12:]}",
        "created": seconds(asked.at),
        "customer": customer,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": account.livemode,
        "mandate": None,
        "metadata": kept,
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": asked.form.get("payment_method_options") or {},
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": asked.form.get("usage", "off_session"),
    }


def _mandate(account: Account, asked: Asked, method: Object) -> Object:
    return {
        "id": account.new_id("mandate"),
        "object": "mandate",
        "customer_acceptance": {
            "accepted_at": seconds(asked.at),
            "online": {"ip_address": "127.0.0.0", "user_agent": "device"},
            "type": "online",
        },
        "livemode": account.livemode,
        "multi_use": {},
        "payment_method": method["id"],
        "payment_method_details": {method["type"]: {}, "type": method["type"]},
        "status": "active",
        "type": "multi_use",
    }
