"""How the pretend Razorpay says no, in the form that Razorpay's documents show."""

import json
from typing import Any

from khata.simulators.vendor import Response


class Refused(Exception):
    """A no to a request, with all that the error object tells."""

    def __init__(
        self,
        status: int,
        description: str,
        *,
        reason: str,
        code: str = "BAD_REQUEST_ERROR",
        source: str = "business",
        step: str | None = None,
        field: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(description)
        self.status = status
        self.error = {
            "code": code,
            "description": description,
            "source": source,
            "step": step or ("NA" if source == "NA" else "payment_initiation"),
            "reason": reason,
            "metadata": metadata or {},
        }
        if field is not None:
            self.error["field"] = field

    def response(self) -> Response:
        return Response(self.status, json.dumps({"error": self.error}).encode())


def refuse(
    description: str, *, reason: str = "input_validation_failed", field: str | None = None
) -> Refused:
    """Return the no to a request that cannot be right: a 400, also for an id that is unknown."""
    return Refused(400, description, reason=reason, field=field)


def unexplained(description: str, *, status: int = 400) -> Refused:
    """Return a no that comes without source, step and reason, as those about refunds do."""
    return Refused(status, description, reason="NA", source="NA")
