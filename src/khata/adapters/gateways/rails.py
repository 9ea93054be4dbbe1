"""The operator's own rules of debits by mandate, in place of ours."""

from pathlib import Path

from khata.core.mandate_rules import FILE, read_rules, use_own_rules


def use_own_rail(folder: Path | None) -> None:
    """Let `india.toml` of a folder take the place of ours, in this process; None: ours again.

    It is read at once, so that a wrong one is told when khata starts. Raises: ValueError, naming
    file and row.
    """
    own = folder / FILE if folder else None
    if own is None or not own.is_file():
        use_own_rules(None)
        return
    try:
        use_own_rules(read_rules(own.read_text(encoding="utf-8")))
    except ValueError as fault:
        raise ValueError(f"{own}: {fault}") from fault
