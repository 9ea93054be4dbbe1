"""One verb, one file: the listing of usecases is the list of what khata does."""

import ast
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, shown, tree

# The billing run is made of these steps, and a preview is some of them: style, "one is a batch
# of one". They stand beside the verb whose parts they are.
# Paying with a new method is adding one and paying, in one transaction.
STEPS_OF_A_VERB = {
    "renew_due_subscriptions": {"renew_taken", "decide", "store", "park", "count"},
    "add_payment_method": {"find_of", "keep_method"},
    "reconcile_gateway_account": {"want_day"},
    "release_parked": {"take_up"},
    "create_api_key": {"add_key"},
    "fall_back": {"is_allowed", "another_way"},
    "disable_webhook_endpoint": {"disable"},
    "give_credit": {"give_back"},
    "cancel_subscription": {"decide_end"},
    "pause_subscription": {"decide_pause"},
    "let_idle_go": {"is_to_go"},
    "check_tax_id": {"requesters_of", "answer_about"},
    "void_invoice": {"check_voidable", "void_locked"},
    "void_note": {"check_note"},
    "allow_base_url": {"lies_under"},
    "keep_outcome": {"generated", "no_more_by_itself"},
    "find_e_invoice": {"find_of_note"},
}
PAGES = {"reactions", "tools"}  # tables and values, not verbs

FILES = [
    file
    for file in sorted((PACKAGE / "usecases").rglob("*.py"))
    if file.stem != "__init__" and file.stem not in PAGES
]


def test_there_are_verbs() -> None:
    assert FILES


@pytest.mark.parametrize("file", FILES, ids=shown)
def test_a_file_has_one_public_function_and_it_has_the_files_name(file: Path) -> None:
    public = [
        node.name
        for node in tree(file).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_"
    ]
    assert public[:1] == [file.stem]
    assert set(public[1:]) <= STEPS_OF_A_VERB.get(file.stem, set())
