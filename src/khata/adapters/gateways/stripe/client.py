"""What khata asks of Stripe, through its SDK: plain answers, and what a failure means.

Importing this loads the SDK, which takes half a second: only whoever calls Stripe does.
"""

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

import stripe

from khata.adapters.gateways.stripe.refused import Refused
from khata.adapters.gateways.stripe.wire import Wire
from khata.ports.gateway import AnswerLost, NotReached

if TYPE_CHECKING:
    from stripe.params import (
        BalanceTransactionListParams,
        CustomerCreateParams,
        DisputeListParams,
        DisputeListParamsCreated,
        PaymentIntentCreateParams,
        PaymentIntentListParams,
        PayoutListParams,
        RefundCreateParams,
        RefundListParams,
    )
    from stripe.params.checkout import SessionCreateParams, SessionListParams

PAGE = 100  # the most that a list of Stripe's holds
MOST_PAGES = 100

# What our translation was written for. The SDK's own moves with its releases.
VERSION = "2026-10-28.endive"

_MONEY = ["latest_charge.balance_transaction"]  # where the fee stands

# What a visit came to: the money with its fee, or what was saved.
_VISIT = ["payment_intent.latest_charge.balance_transaction", "setup_intent"]

Said = dict[str, Any]  # an object of Stripe's, as its JSON says it


class Client:
    """One account at Stripe. Every call may raise NotReached, AnswerLost and Refused."""

    def __init__(self, key: str, *, account: str | None, base_url: str | None) -> None:
        base = (base_url or stripe.DEFAULT_API_BASE).rstrip("/")
        self._stripe = stripe.StripeClient(
            key,
            stripe_account=account,
            stripe_version=VERSION,
            # Files have a host of their own, unless a stand-in takes the place of all.
            base_addresses={
                "api": base,
                "files": base if base_url else stripe.DEFAULT_UPLOAD_API_BASE,
            },
            max_network_retries=0,  # whether to ask again is decided above, by the attempt's row
            http_client=Wire(base),
        )

    def account(self) -> Said:
        return _asked(lambda: self._stripe.v1.accounts.retrieve_current())

    def payment_method(self, id: str) -> Said:
        return _asked(lambda: self._stripe.v1.payment_methods.retrieve(id))

    def detach(self, id: str) -> Said:
        """Take a method from its customer. Twice does no more, so no key of ours is sent."""
        return _asked(lambda: self._stripe.v1.payment_methods.detach(id))

    def mandate_of(self, method: str, customer: str) -> Said | None:
        """Return the mandate that a method was last set up with, if one is known."""
        found = _asked(
            lambda: self._stripe.v1.setup_intents.list(
                {"customer": customer, "payment_method": method, "limit": 10}
            )
        )
        ids = [
            one.get("mandate")
            for one in found.get("data") or ()
            if one.get("status") == "succeeded"
        ]
        id = next((id for id in ids if isinstance(id, str)), None)
        return None if id is None else _asked(lambda: self._stripe.v1.mandates.retrieve(id))

    def create_intent(self, params: "PaymentIntentCreateParams", *, key: str) -> Said:
        params["expand"] = _MONEY
        return _asked(
            lambda: self._stripe.v1.payment_intents.create(params, {"idempotency_key": key})
        )

    def intent(self, id: str) -> Said:
        return _asked(lambda: self._stripe.v1.payment_intents.retrieve(id, {"expand": _MONEY}))

    def intents(self, params: "PaymentIntentListParams", *, with_money: bool) -> Iterator[Said]:
        """List payments, the newest first, to the end."""
        if with_money:
            params["expand"] = [f"data.{path}" for path in _MONEY]

        def page(after: str | None) -> Said:
            if after is not None:
                params["starting_after"] = after
            return _asked(lambda: self._stripe.v1.payment_intents.list(params))

        params["limit"] = PAGE
        yield from _paged(page)

    def create_refund(self, params: "RefundCreateParams", *, key: str) -> Said:
        return _asked(lambda: self._stripe.v1.refunds.create(params, {"idempotency_key": key}))

    def refund(self, id: str) -> Said:
        return _asked(lambda: self._stripe.v1.refunds.retrieve(id))

    def refunds(self, params: "RefundListParams") -> Iterator[Said]:
        """List refunds, the newest first, to the end."""

        def page(after: str | None) -> Said:
            if after is not None:
                params["starting_after"] = after
            return _asked(lambda: self._stripe.v1.refunds.list(params))

        params["limit"] = PAGE
        yield from _paged(page)

    def create_customer(self, params: "CustomerCreateParams", *, key: str) -> Said:
        return _asked(lambda: self._stripe.v1.customers.create(params, {"idempotency_key": key}))

    def create_session(self, params: "SessionCreateParams", *, key: str) -> Said:
        """Make a hosted page, or get it again as it was made first."""
        return _asked(
            lambda: self._stripe.v1.checkout.sessions.create(params, {"idempotency_key": key})
        )

    def session(self, id: str) -> Said:
        return _asked(lambda: self._stripe.v1.checkout.sessions.retrieve(id, {"expand": _VISIT}))

    def expire_session(self, id: str) -> Said:
        """End a hosted page. Doing so twice does no more, so no key of ours is sent."""
        return _asked(lambda: self._stripe.v1.checkout.sessions.expire(id))

    def sessions_of(self, customer: str) -> Iterator[Said]:
        """List a customer's hosted pages, the newest first, to the end."""

        def page(after: str | None) -> Said:
            paged: SessionListParams = {"customer": customer, "limit": PAGE}
            if after is not None:
                paged["starting_after"] = after
            return _asked(lambda: self._stripe.v1.checkout.sessions.list(paged))

        yield from _paged(page)

    def dispute(self, id: str) -> Said:
        return _asked(lambda: self._stripe.v1.disputes.retrieve(id))

    def disputes(self, created: "DisputeListParamsCreated") -> Iterator[Said]:
        """List disputes that were opened in a span of time, the newest first, to the end."""
        params: DisputeListParams = {"created": created, "limit": PAGE}

        def page(after: str | None) -> Said:
            if after is not None:
                params["starting_after"] = after
            return _asked(lambda: self._stripe.v1.disputes.list(params))

        yield from _paged(page)

    def close_dispute(self, id: str) -> Said:
        return _asked(lambda: self._stripe.v1.disputes.close(id))

    def answer_dispute(self, id: str, evidence: Mapping[str, str]) -> Said:
        """Hand in the evidence, by Stripe's names for it."""
        params: Any = {"evidence": dict(evidence), "submit": True}
        return _asked(lambda: self._stripe.v1.disputes.update(id, params))

    def upload_evidence(self, filename: str, content: bytes) -> str:
        """Upload a file and return its id."""
        file = BytesIO(content)
        file.name = filename
        params: Any = {"purpose": "dispute_evidence", "file": file}
        said = _asked(lambda: self._stripe.v1.files.create(params))
        return str(said["id"])

    def payouts(self, params: "PayoutListParams") -> Iterator[Said]:
        """List payouts, the newest first, to the end."""

        def page(after: str | None) -> Said:
            if after is not None:
                params["starting_after"] = after
            return _asked(lambda: self._stripe.v1.payouts.list(params))

        params["limit"] = PAGE
        yield from _paged(page)

    def balance_transactions(self, params: "BalanceTransactionListParams") -> Iterator[Said]:
        """List what moved the balance, each with the object that it is about, to the end."""

        def page(after: str | None) -> Said:
            if after is not None:
                params["starting_after"] = after
            return _asked(lambda: self._stripe.v1.balance_transactions.list(params))

        params["limit"], params["expand"] = PAGE, ["data.source"]
        yield from _paged(page)


def _asked(ask: Callable[[], stripe.StripeObject]) -> Said:
    """Ask, and return the answer as plain values.

    Only a refusal in Stripe's own words is one. Whatever else comes back, from whomever, says
    nothing of what was done. No text of the answer goes into an exception: it may hold tokens.
    """
    try:
        said: Said = ask().to_dict()
    except (NotReached, AnswerLost):
        raise
    except stripe.RateLimitError:
        # Stripe turns it away before it begins, and keeps nothing of it under the key.
        raise NotReached("Stripe turned the request away: too many at once") from None
    except stripe.StripeError as fault:
        raise _of(fault) from None
    except Exception as fault:
        raise AnswerLost(f"Stripe's answer cannot be read: {type(fault).__name__}") from None
    return said


_DEFINITE = (
    stripe.CardError,
    stripe.InvalidRequestError,
    stripe.IdempotencyError,
    stripe.AuthenticationError,
    stripe.PermissionError,
)


def _of(fault: stripe.StripeError) -> Exception:
    body = fault.json_body
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(fault, _DEFINITE) and fault.http_status and isinstance(error, dict):
        return Refused(fault.http_status, error)
    return AnswerLost(f"Stripe answered with {fault.http_status}, which tells nothing")


def _paged(page: Callable[[str | None], Said]) -> Iterator[Said]:
    after: str | None = None
    for _ in range(MOST_PAGES):
        listed = page(after)
        found = listed.get("data")
        if not isinstance(found, list) or not isinstance(listed.get("has_more"), bool):
            raise AnswerLost("Stripe's list cannot be read")
        yield from found
        if not listed["has_more"] or not found:
            return
        after = str(found[-1]["id"])
    raise AnswerLost(f"Stripe's list does not end after {MOST_PAGES * PAGE}")
