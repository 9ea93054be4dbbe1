"""The chart is what Kubernetes, KEDA and the Prometheus operator understand."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.chart import Manifest, manifests, rendered, values_of
from tests.deploy.tools import CHART, FLAVOURS, needed

RELEASES = ("1.35", "1.36", "1.37")
NOT_KUBERNETES = {
    "keda.sh/v1alpha1": "cloudcoil.models.keda.v1alpha1",
    "monitoring.coreos.com/v1": "cloudcoil.models.prometheus_operator.v1",
}


@pytest.fixture(params=FLAVOURS, ids=lambda f: f.stem)
def flavour(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_there_are_flavours() -> None:
    assert len(FLAVOURS) >= 8


def test_helm_finds_nothing_to_complain_of(flavour: Path) -> None:
    found = needed("helm_python").lint(str(CHART), values_of(flavour), strict=True)
    said = [m["error"] for m in found["messages"] if "icon is recommended" not in m["error"]]
    assert (found["errors"], said) == ([], [])


@pytest.mark.parametrize("release", RELEASES)
def test_kubernetes_understands_every_manifest(flavour: Path, release: str) -> None:
    kubernetes = needed("kubernetes_validate")
    own = [m for m in manifests(flavour) if m["apiVersion"] not in NOT_KUBERNETES]
    assert own
    for manifest in own:
        kubernetes.validate(manifest, release, strict=True)


def test_kubernetes_would_not_understand_a_slip(flavour: Path) -> None:
    kubernetes = needed("kubernetes_validate")
    service = next(m for m in manifests(flavour) if m["kind"] == "Service")
    service["spec"]["portz"] = []
    with pytest.raises(kubernetes.ValidationError):
        kubernetes.validate(service, RELEASES[-1], strict=True)


def test_the_operators_understand_theirs(flavour: Path) -> None:
    for manifest in manifests(flavour):
        if manifest["apiVersion"] in NOT_KUBERNETES:
            faults = _faults(manifest)
            assert faults == [], manifest["metadata"]["name"]


def test_the_operators_would_not_understand_a_slip() -> None:
    keda = [
        m
        for m in manifests(CHART / "ci" / "rabbitmq-keda.yaml")
        if m["kind"] in ("ScaledObject", "TriggerAuthentication")
    ]
    assert {m["kind"] for m in keda} == {"ScaledObject", "TriggerAuthentication"}
    scaled = next(m for m in keda if m["kind"] == "ScaledObject")
    scaled["spec"]["minReplicas"] = 1
    scaled["spec"]["triggers"][0]["metadata"]["value"] = ["20"]
    assert len(_faults(scaled)) == 2


def test_every_kind_is_made_by_some_flavour() -> None:
    made = {m["kind"] for flavour in FLAVOURS for m in manifests(flavour)}
    assert made == set(
        """ConfigMap Deployment HorizontalPodAutoscaler Ingress Job NetworkPolicy
        PodDisruptionBudget PodMonitor PrometheusRule ScaledObject Service ServiceAccount
        ServiceMonitor TriggerAuthentication""".split()
    )


def test_names_and_namespaces_fit(flavour: Path) -> None:
    everything = manifests(flavour)
    names = [(m["kind"], m["metadata"]["name"]) for m in everything]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", name) for _, name in names)
    assert {m["metadata"]["namespace"] for m in everything} == {"billing"}


def test_a_long_name_is_cut() -> None:
    values = values_of(CHART / "ci" / "redis-keda.yaml") | {
        "fullnameOverride": "billing-" * 9 + "x"
    }
    values["workers"]["groups"]["a-name-of-15-ok"] = {"queues": ["exports"]}
    names = [m["metadata"]["name"] for m in rendered(values)]
    # KEDA makes an autoscaler named keda-hpa-… of each, and labels it with that name.
    assert max(len(f"keda-hpa-{name}") for name in names) <= 63


def _faults(manifest: Manifest) -> list[str]:
    kind = manifest["kind"]
    checker = needed("jsonschema").Draft202012Validator(_schema(manifest["apiVersion"], kind))
    return [error.message for error in checker.iter_errors(manifest)]


@cache
def _schema(api: str, kind: str) -> Any:
    model = getattr(needed(NOT_KUBERNETES[api]), kind)
    return _closed(model.model_json_schema(by_alias=True))


def _closed(schema: Any) -> Any:
    """Return the published schema such that a field that it does not name is a fault."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(part) for name, part in schema.items()}
    if isinstance(closed.get("properties"), dict) and "additionalProperties" not in closed:
        closed["additionalProperties"] = False
    return closed
