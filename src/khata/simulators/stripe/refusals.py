"""How Stripe says no: an HTTP status and an `error` object."""

from typing import Any


class StripeNo(Exception):
    """An answer that is an error. `is_kept`: it is stored under the idempotency key.

    What is refused before it begins (parameters, keys, too many requests) is not.
    """

    def __init__(self, status: int, error: dict[str, Any], *, is_kept: bool = False) -> None:
        super().__init__(status)
        self.status = status
        self.error = error
        self.is_kept = is_kept


class NeverArrived(Exception):
    """The request is lost on its way in: nothing is done, and nobody answers."""


def invalid(
    message: str, *, code: str | None = None, param: str | None = None, status: int = 400
) -> StripeNo:
    error: dict[str, Any] = {"message": message, "type": "invalid_request_error"}
    if code is not None:
        error["code"] = code
        error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    if param is not None:
        error["param"] = param
    return StripeNo(status, error)


def missing(what: str, id: str, *, param: str = "id", status: int = 404) -> StripeNo:
    return invalid(f"No such {what}: '{id}'", code="resource_missing", param=param, status=status)


def unknown_key(key: str) -> StripeNo:
    shown = f"{key[:8]}{'*' * 8}{key[-4:]}" if len(key) > 16 else "*" * len(key)
    return StripeNo(
        401,
        {"message": f"Invalid API Key provided: {shown}", "type": "invalid_request_error"},
    )


def not_allowed(what: str) -> StripeNo:
    return StripeNo(
        403,
        {
            "message": f"The provided key does not have the required permissions for {what}.",
            "type": "invalid_request_error",
            "code": "more_permissions_required",
        },
    )


def key_used_otherwise(key: str) -> StripeNo:
    return StripeNo(
        400,
        {
            "message": "Keys for idempotent requests can only be used with the same parameters "
            f"they were first used with. Try using a key other than '{key}' if you meant to "
            "execute a different request.",
            "type": "idempotency_error",
        },
    )
