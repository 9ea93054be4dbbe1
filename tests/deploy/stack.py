"""compose.yaml as Compose reads it: variables put in, anchors followed."""

import re
from collections.abc import Mapping
from typing import Any

from tests.deploy.tools import ROOT, needed

_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}|\$\$")


def stack(**variables: str) -> dict[str, Any]:
    """Return compose.yaml in an environment of these variables."""
    text = (ROOT / "compose.yaml").read_text()
    read: dict[str, Any] = needed("yaml").safe_load(text)
    return {name: _filled(part, variables) for name, part in read.items()}


def own_services(read: Mapping[str, Any]) -> dict[str, Any]:
    """Return the services that run our image."""
    return {n: s for n, s in read["services"].items() if "build" in s}


def secret_names(service: Mapping[str, Any]) -> list[str]:
    """Return the secrets that a service is given."""
    return [s if isinstance(s, str) else s["source"] for s in service.get("secrets", [])]


def _filled(part: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {name: _filled(value, variables) for name, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, variables) for value in part]
    if not isinstance(part, str):
        return part

    def value(found: re.Match[str]) -> str:
        return "$" if found[1] is None else variables.get(found[1]) or found[2] or ""

    return _VARIABLE.sub(value, part)
