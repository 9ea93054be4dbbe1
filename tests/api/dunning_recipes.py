"""Bodies of dunning policies; recipes.py takes them in."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.api.seller import Seller

DUNNING_BODIES: dict[str, Callable[[Seller], Any]] = {
    "POST /v1/dunning_policies": lambda seller: {
        "name": f"Patient {uuid4().hex[:12]}",
        "schedule": {
            "soft": {"exponential": {"first": 1, "factor": "2", "tries": 4}},
            "hard": {"days": [3, 4]},
            "mandate": {"days": [3]},
            "customer_action": {"days": [2, 5]},
            "config": {"days": []},
            "gateway_down": {"days": [1, 1, 1]},
        },
        "retry_hour": 10,
        "working_hours": {"from": 9, "to": 18},
        "working_days": [1, 2, 3, 4, 5],
        "holidays": ["2026-11-09", "2026-11-08"],
        "national_holidays": True,
        "pay_days": [1, 7, 31],
        "grace_days": 10,
        "after_last_retry": "paused",
        "notice_days": 1,
        "last_warning_days": 3,
    },
    "PATCH /v1/dunning_policies/{id}": lambda seller: {
        "grace_days": None,
        "schedule": {"soft": {"days": [1, 3]}},
    },
}
