"""Alert rules and the dashboard: they parse, and ask for figures that khata tells."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.chart import of_kind
from tests.deploy.tools import CHART, ROOT, needed, needed_program

ALERTS = CHART / "files" / "alerts.yaml"
DASHBOARD = CHART / "files" / "dashboard.json"
NOT_OURS = {"process_resident_memory_bytes"}  # by the client library

MUST_ALERT = {
    "KhataBillingLate": "billing_run_lag_seconds",
    "KhataLedgerImbalance": "ledger_imbalance",
    "KhataOutboxOld": "outbox_oldest_seconds",
    "KhataGatewayFailing": "khata:payment_attempts_failed:ratio15m",
    "KhataWebhookEndpointDisabled": "webhook_endpoints_disabled",
    "KhataNoWorkerAlive": "workers_alive",
    "KhataWorkParked": "parked_work",
    "KhataDeadLetters": "celery_queue_length",
}


def test_what_must_be_alerted_of_is() -> None:
    expressions = {r["alert"]: r["expr"] for r in _rules() if "alert" in r}
    assert {n for n, figure in MUST_ALERT.items() if figure not in expressions[n]} == set()


def test_every_rule_says_what_to_do() -> None:
    for rule in _rules():
        if "alert" in rule:
            assert rule["labels"]["severity"] in ("critical", "warning")
            assert set(rule["annotations"]) == {"summary", "description"}
            assert rule["annotations"]["summary"].endswith(".")


def test_every_expression_parses() -> None:
    parser = needed("promql_parser")
    for expression in _expressions():
        parser.parse(expression)
    with pytest.raises(ValueError):
        parser.parse("sum(rate(x[5m])")


def test_every_figure_is_told_by_khata() -> None:
    told = "\n".join(f.read_text() for f in sorted((ROOT / "src").rglob("*.py")))
    recorded = {r["record"] for r in _rules() if "record" in r}
    asked = {name for expression in _expressions() for name in _figures(expression)}
    assert len(asked) > 15
    unknown = {n for n in asked - recorded - NOT_OURS if f'"{_base(n)}"' not in told}
    assert unknown == set()


def test_promtool_lets_them_fire_and_be_silent(tmp_path: Path) -> None:
    promtool = needed_program("promtool")
    shutil.copy(ALERTS, tmp_path / "alerts.yaml")
    shutil.copy(Path(__file__).with_name("alerts_test.yaml"), tmp_path)
    for words in (["check", "rules", "alerts.yaml"], ["test", "rules", "alerts_test.yaml"]):
        ran = subprocess.run([promtool, *words], cwd=tmp_path, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_promtool_understands_the_configuration_of_compose() -> None:
    configuration = ROOT / "deploy" / "prometheus" / "prometheus.yaml"
    words = [needed_program("promtool"), "check", "config", "--syntax-only", str(configuration)]
    ran = subprocess.run(words, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_there_is_one_truth() -> None:
    deploy = ROOT / "deploy"
    assert (deploy / "prometheus" / "alerts.yaml").resolve() == ALERTS
    assert (deploy / "grafana" / "khata.json").resolve() == DASHBOARD
    everything = CHART / "ci" / "kafka-everything.yaml"
    [rule] = of_kind(everything, "PrometheusRule")
    assert rule["spec"]["groups"] == _groups()
    [shown] = of_kind(everything, "ConfigMap")
    assert json.loads(shown["data"]["khata.json"]) == _dashboard()


def test_the_dashboard_is_whole() -> None:
    panels = _dashboard()["panels"]
    assert len({p["id"] for p in panels}) == len(panels) > 20
    for panel in panels:
        if panel["type"] != "row":
            assert panel["description"].endswith(".")
            assert {t["datasource"]["uid"] for t in panel["targets"]} == {"${source}"}
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in panels]
    assert len(set(places)) == len(places)
    assert all(p["gridPos"]["x"] + p["gridPos"]["w"] <= 24 for p in panels)


def _groups() -> list[Any]:
    read: list[Any] = needed("yaml").safe_load(ALERTS.read_text())["groups"]
    return read


def _rules() -> list[Any]:
    return [rule for group in _groups() for rule in group["rules"]]


def _dashboard() -> Any:
    return json.loads(DASHBOARD.read_text())


def _expressions() -> list[str]:
    asked = [t["expr"] for p in _dashboard()["panels"] for t in p.get("targets", [])]
    return [r["expr"] for r in _rules()] + [e.replace("$__rate_interval", "5m") for e in asked]


def _figures(expression: str) -> set[str]:
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|\b(by|without)\s*\([^)]*\)", " ", expression)
    return {
        w for w in re.findall(r"[a-z][a-z0-9_:]*(?![a-z0-9_:]*\s*\()", bare) if re.search("[_:]", w)
    }


def _base(figure: str) -> str:
    return re.sub(r"_(bucket|count|sum)$", "", figure)
