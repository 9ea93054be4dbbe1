"""Values that cannot work are refused before anything is changed, with a sentence."""

import json
from collections.abc import Mapping
from functools import reduce
from typing import Any

import pytest

from tests.deploy.chart import rendered, values_of
from tests.deploy.tools import CHART, needed

GOOD = CHART / "ci" / "redis.yaml"
SECRET = {"name": "KHATA_SECRET_KEY", "value": "x" * 32}

# path and value, and what is said of it
REFUSED = [
    ("api.replicas", -1, "at '/api/replicas': minimum: got -1, want 0"),
    ("api.replicas", "two", "at '/api/replicas': got string, want integer"),
    ("api.replica", 2, "at '/api': additional properties 'replica' not allowed"),
    ("postgresql.enabled", True, "additional properties 'postgresql' not allowed"),
    ("secret.secretKey", "x" * 32, "at '/secret': additional properties 'secretKey' not allowed"),
    ("config.databaseUrl", "postgresql://…", "additional properties 'databaseUrl' not allowed"),
    ("broker.url", "redis://:password@redis", "at '/broker': additional properties 'url'"),
    ("broker.kind", "kafka", "'redis', 'rabbitmq', 'other', 'none'"),
    ("config.publicUrl", "http://billing.example.com", "/config/publicUrl"),
    ("config.publicUrl", "billing.example.com", "/config/publicUrl"),
    ("config.mailFrom", "billing", "/config/mailFrom"),
    ("config.environment", "staging", "'production', 'development'"),
    ("image.digest", "latest", "/image/digest"),
    ("image.repository", "khata@sha256", "/image/repository"),
    ("kafka.bootstrap", "kafka", "/kafka/bootstrap"),
    ("workers.groups.billing.queues", ["bills"], "/workers/groups/billing"),
    ("workers.groups.billing.queues", [], "/workers/groups/billing"),
    ("workers.groups.Big", {"queues": ["billing"]}, "invalid propertyName 'Big'"),
    ("workers.defaults.concurrency", 0, "minimum: got 0, want 1"),
    ("podDisruptionBudget.maxUnavailable", 0, "/podDisruptionBudget/maxUnavailable"),
    ("networkPolicy.internet.exceptIPv4", ["10.0.0.0"], "/networkPolicy/internet/exceptIPv4/0"),
    ("extraEnv", [SECRET], "at '/extraEnv/0': 'not' failed"),
    ("api.extraEnv", [SECRET], "at '/api/extraEnv/0': 'not' failed"),
    ("relay.extraEnv", [SECRET], "at '/relay/extraEnv/0': 'not' failed"),
    ("image.repository", "", "Set image.repository to the image that you have built"),
    ("secret.name", "", "Set secret.name to the Secret"),
    ("config.publicUrl", "", "Set config.publicUrl to what customers' browsers call"),
    ("config.mailFrom", "", "Set config.mailFrom to the sender"),
    ("files.existingClaim", "", "Set files.url to an object store"),
    ("files.url", "s3://bucket", "Set files.url or files.existingClaim, not both"),
    ("ingress.enabled", True, "Set config.trustedProxies to the networks of the ingress"),
    ("monitoring.enabled", True, "Set secret.keys.metricsToken"),
    ("keda.enabled", True, "Set keda.redis.address"),
    ("workers.groups.payments", None, "No group of workers serves the queue payments"),
    ("workers.defaults.graceSeconds", 45, "would be killed while they finish"),
]

TOGETHER: list[tuple[Mapping[str, Any], str]] = [
    (
        {"ingress.enabled": True, "config.trustedProxies": "10.0.0.0/8"},
        "Set ingress.hosts to the names",
    ),
    (
        {"monitoring.enabled": True, "secret.keys.metricsToken": "token"},
        "Set networkPolicy.metricsFrom to where Prometheus runs",
    ),
    ({"keda.enabled": True, "broker.kind": "none"}, "keda.enabled needs a broker"),
    ({"keda.enabled": True, "broker.kind": "other"}, "keda.enabled needs broker.kind redis or"),
    (
        {
            "keda.enabled": True,
            "broker.kind": "rabbitmq",
            "workers.groups.billing.autoscaling.enabled": True,
        },
        "The workers of billing have two masters",
    ),
]


@pytest.mark.parametrize(("path", "value", "sentence"), REFUSED)
def test_a_value_is_refused(path: str, value: Any, sentence: str) -> None:
    assert sentence in _said_of({path: value})


@pytest.mark.parametrize(("changes", "sentence"), TOGETHER)
def test_values_are_refused_together(changes: Mapping[str, Any], sentence: str) -> None:
    assert sentence in _said_of(changes)


def test_what_is_refused_is_good_without_the_change() -> None:
    assert rendered(values_of(GOOD))


def test_a_secret_may_come_from_a_secret() -> None:
    reference = {"secretKeyRef": {"name": "khata", "key": "secret-key"}}
    variable = {"name": "KHATA_SECRET_KEY", "valueFrom": reference}
    assert rendered(_changed({"api.extraEnv": [variable]}))


def test_every_value_is_known_to_the_schema_and_told_of_in_the_readme() -> None:
    values = needed("yaml").safe_load((CHART / "values.yaml").read_text())
    known = set(_schema_paths(json.loads((CHART / "values.schema.json").read_text())))
    told = (CHART / "README.md").read_text()
    paths = set(_value_paths(values))
    assert len(paths) > 100
    assert {path for path in paths if not path.startswith("workers.groups.")} - known == set()
    assert {path for path in paths if not _is_told(path, told)} == set()


def _said_of(changes: Mapping[str, Any]) -> str:
    with pytest.raises(needed("helm_python").HelmError) as refused:
        rendered(_changed(changes))
    return str(refused.value)


def _changed(changes: Mapping[str, Any]) -> dict[str, Any]:
    values = values_of(GOOD)
    for path, value in changes.items():
        *folders, name = path.split(".")
        reduce(lambda place, step: place.setdefault(step, {}), folders, values)[name] = value
    return values


def _value_paths(values: Mapping[str, Any], before: str = "") -> list[str]:
    found = []
    for name, value in values.items():
        nested = isinstance(value, dict) and value and name != "resources" and name != "labels"
        found += _value_paths(value, f"{before}{name}.") if nested else [before + name]
    return found


def _schema_paths(schema: Mapping[str, Any]) -> list[str]:
    def walk(node: Mapping[str, Any], before: str) -> list[str]:
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].removeprefix("#/$defs/")]
        found = [before] if before else []
        for name, part in node.get("properties", {}).items():
            found += walk(part, f"{before}.{name}" if before else name)
        return found

    return walk(schema, "")


def _is_told(path: str, readme: str) -> bool:
    """A process's own settings are told once for all processes, as `….replicas`."""
    first, _, rest = path.partition(".")
    if first == "workers":
        rest = rest.removeprefix("defaults.")
        return f"`workers.{rest}`" in readme or f"`….{rest}`" in readme or "groups." in path
    return f"`{path}`" in readme or (
        first in ("api", "scheduler", "relay", "migrate") and f"`….{rest}`" in readme
    )
