"""Every no has a sentence, a code of its own and a status."""

import importlib
import pkgutil

import pytest

import khata
from khata.api.problems import STATUS
from khata.core.refusal import Kind, Refusal


def _all_refusals() -> list[type[Refusal]]:
    for module in pkgutil.walk_packages(khata.__path__, "khata."):
        if ".migrations." not in module.name:  # alembic runs those, nobody imports them
            importlib.import_module(module.name)
    found: list[type[Refusal]] = []
    waiting = [Refusal]
    while waiting:
        children = waiting.pop().__subclasses__()
        found += children
        waiting += children
    ours = [refusal for refusal in found if refusal.__module__.startswith("khata.")]
    return sorted(set(ours), key=lambda refusal: (refusal.__module__, refusal.__name__))


REFUSALS = _all_refusals()


def test_there_are_refusals() -> None:
    assert len(REFUSALS) > 20


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
def test_it_has_a_sentence_and_a_status(refusal: type[Refusal]) -> None:
    assert (vars(refusal).get("__doc__") or "").strip().endswith(".")
    assert 400 <= STATUS[refusal.kind] < 500


def test_every_kind_has_a_status() -> None:
    assert set(STATUS) == set(Kind)


def test_no_two_refusals_share_a_code() -> None:
    names: dict[str, set[type[Refusal]]] = {}
    for refusal in REFUSALS:
        names.setdefault(refusal.code, set()).add(refusal)
    assert {code: who for code, who in names.items() if len(who) > 1} == {}
