"""A no in Stripe's own words."""

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """A definite no: an HTTP status below 500, and the `error` of Stripe's answer."""

    def __init__(self, status: int, error: Mapping[str, Any]) -> None:
        super().__init__(status)
        self.status = status
        self.error = error

    def __str__(self) -> str:
        return f"Stripe refused with {self.status} {self.code}"

    @property
    def type(self) -> str:
        return str(self.error.get("type"))

    @property
    def code(self) -> str:
        return str(self.error.get("decline_code") or self.error.get("code") or self.type)

    @property
    def is_missing(self) -> bool:
        return self.status == 404 and self.error.get("code") == "resource_missing"
