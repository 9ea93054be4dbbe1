"""A payer's visit to a gateway's own page: what it is for, and how it stands."""

from enum import StrEnum


class Purpose(StrEnum):
    """What a payer goes to the gateway for."""

    PAY = "pay"
    SAVE = "save"
    PAY_AND_SAVE = "pay_and_save"


class VisitStatus(StrEnum):
    OPEN = "open"  # the payer may still come, or is there
    DONE = "done"  # paid, saved, or both, as the purpose was
    FAILED = "failed"  # the payer was refused or gave up, and this visit cannot be gone on with
    EXPIRED = "expired"  # its time is over, or it was closed: nothing can come of it any more
