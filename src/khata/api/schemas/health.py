"""What the engine says of itself."""

from typing import Literal

from pydantic import Field

from khata.api.schemas.fields import Told


class Health(Told):
    """Whether the process lives, or can do its work."""

    status: Literal["ok"] = Field(description="ok, or the answer is a problem")
