"""Floors: an import may only go down."""

import pytest
from importlinter.cli import lint_imports

from tests.house.source import ROOT


def test_imports_only_go_down(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    broken = lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert broken == 0, capsys.readouterr().out
