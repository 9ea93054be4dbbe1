"""Tools of the group `deploy`: without it these tests are skipped, and under KHATA_CI they fail."""

import importlib
import os
import shutil
from pathlib import Path
from typing import Any, NoReturn

import pytest

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "khata"
FLAVOURS = sorted((CHART / "ci").glob("*.yaml"))


def needed(module: str) -> Any:
    """Return a module of the group `deploy`."""
    try:
        return importlib.import_module(module)
    except ImportError:
        missing(f"{module} is not installed: make deploy-tools")


def needed_program(name: str) -> str:
    """Return the path of a program of the machine."""
    found = shutil.which(name)
    if found is None:
        missing(f"{name} is not on PATH")
    return found


def missing(why: str) -> NoReturn:
    """Skip the test; where nothing may be missing, fail it."""
    if os.environ.get("KHATA_CI"):
        pytest.fail(why)
    pytest.skip(why)
