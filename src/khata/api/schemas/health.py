"""What the engine says of itself."""

from typing import Literal

from pydantic import Field

from khata.api.schemas.fields import Told


class Health(Told):
    """Whether the process lives."""

    status: Literal["ok"] = Field(description="ok, or the answer is a problem")


class Readiness(Told):
    """Whether the process can do its work."""

    status: Literal["ok"] = Field(description="ok, or the answer is a problem")
    checks: dict[str, str] = Field(
        description="Each thing that is needed: database, migrations, broker, folder",
        examples=[{"database": "ok", "migrations": "ok", "broker": "ok"}],
    )
