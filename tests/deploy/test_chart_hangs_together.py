"""What the chart's objects say of each other is true, and pods may do no more than they must."""

from pathlib import Path

import pytest

from khata.core.queues import Queue
from tests.deploy.chart import Manifest, Pod, every_pod, manifests, of_kind, pods, values_of
from tests.deploy.tools import CHART, FLAVOURS

EVERYTHING = CHART / "ci" / "kafka-everything.yaml"


@pytest.fixture(params=FLAVOURS, ids=lambda f: f.stem)
def flavour(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_no_pod_is_root_or_may_write_or_gain_rights(flavour: Path) -> None:
    for pod in pods(flavour):
        assert pod.spec["securityContext"] == {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        assert pod.container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert pod.spec["automountServiceAccountToken"] is False
        assert "memory" in pod.container["resources"]["limits"]
    accounts = of_kind(flavour, "ServiceAccount")
    assert {a["automountServiceAccountToken"] for a in accounts} == {False}


def test_only_the_data_and_tmp_may_be_written(flavour: Path) -> None:
    for pod in pods(flavour):
        mounts = pod.container["volumeMounts"]
        assert {m["mountPath"] for m in mounts if not m.get("readOnly")} == {
            "/tmp",
            "/var/lib/khata",
        }
        assert {m["name"] for m in mounts} == {v["name"] for v in pod.spec["volumes"]}


def test_no_secret_stands_in_a_manifest(flavour: Path) -> None:
    assert of_kind(flavour, "Secret") == []
    for pod in pods(flavour):
        files = _secret_files(pod)
        named = {n: v for n, v in pod.environment.items() if n.endswith("_FILE")}
        assert set(named.values()) == {f"/run/secrets/khata/{path}" for path in files.values()}
        secret = {n.removesuffix("_FILE") for n in named}
        assert secret.isdisjoint(pod.environment)


def test_only_the_migration_knows_the_owner(flavour: Path) -> None:
    knows = [
        pod.name for pod in pods(flavour) if "KHATA_OWNER_DATABASE_URL_FILE" in pod.environment
    ]
    mounts = [
        pod.name for pod in pods(flavour) if "owner-database-url" in _secret_files(pod).values()
    ]
    assert knows == mounts == [m["metadata"]["name"] for m in of_kind(flavour, "Job")]


def test_the_migration_comes_before_everything(flavour: Path) -> None:
    [job] = of_kind(flavour, "Job")
    notes = job["metadata"]["annotations"]
    assert notes["helm.sh/hook"] == "pre-install,pre-upgrade"
    earlier = [
        m for m in manifests(flavour) if "helm.sh/hook" in m["metadata"].get("annotations", {})
    ]
    account = job["spec"]["template"]["spec"]["serviceAccountName"]
    needs = {("ServiceAccount", account), ("Job", job["metadata"]["name"])}
    assert needs <= {(m["kind"], m["metadata"]["name"]) for m in earlier}
    assert all(
        int(m["metadata"]["annotations"]["helm.sh/hook-weight"]) < 0
        for m in earlier
        if m["kind"] != "Job"
    )


def test_every_pod_is_asked_whether_it_is_well(flavour: Path) -> None:
    for pod in pods(flavour):
        if pod.manifest["kind"] == "Job":
            continue
        [port] = pod.container["ports"]
        asked = {
            name: pod.container[name]["httpGet"]
            for name in ("startupProbe", "livenessProbe", "readinessProbe")
        }
        assert {probe["port"] for probe in asked.values()} == {port["name"]}
        assert asked["readinessProbe"]["path"] == "/readyz"
        assert asked["livenessProbe"]["path"] == asked["startupProbe"]["path"] == "/healthz"
        variable = "KHATA_PORT" if port["name"] == "http" else "KHATA_METRICS_PORT"
        assert pod.environment[variable] == str(port["containerPort"])


def test_every_selector_finds_its_pods(flavour: Path) -> None:
    found = pods(flavour)
    for manifest in of_kind(flavour, "Deployment", "PodDisruptionBudget", "Service"):
        selector = manifest["spec"]["selector"]
        wanted = selector.get("matchLabels", selector)
        assert len(_chosen(wanted, found)) == 1, manifest["metadata"]["name"]
    governed = [_chosen(m["spec"]["podSelector"]["matchLabels"], found) for m in _policies(flavour)]
    assert sorted(p.name for chosen in governed for p in chosen) == sorted(p.name for p in found)


def test_every_scaler_has_the_deployment_for_itself(flavour: Path) -> None:
    deployments = {m["metadata"]["name"]: m["spec"] for m in of_kind(flavour, "Deployment")}
    scalers = of_kind(flavour, "HorizontalPodAutoscaler", "ScaledObject")
    targets = [m["spec"]["scaleTargetRef"]["name"] for m in scalers]
    assert len(set(targets)) == len(targets)
    assert {n for n, spec in deployments.items() if "replicas" not in spec} == set(targets)


def test_every_queue_is_served(flavour: Path) -> None:
    served = [
        queue
        for pod in pods(flavour)
        if pod.words[0] == "worker"
        for queue in pod.words[pod.words.index("--queues") + 1].split(",")
    ]
    is_split = values_of(flavour)["broker"]["kind"] != "none"
    assert sorted(served) == (sorted(Queue) if is_split else [])


def test_keda_counts_the_queues_that_the_workers_serve() -> None:
    for broker, word in (("redis", "listName"), ("rabbitmq", "queueName")):
        flavour = CHART / "ci" / f"{broker}-keda.yaml"
        serving = {p.name: p.words[2].split(",") for p in pods(flavour) if p.words[0] == "worker"}
        counted = {
            m["metadata"]["name"]: [t["metadata"][word] for t in m["spec"]["triggers"]]
            for m in of_kind(flavour, "ScaledObject")
        }
        assert counted == serving


def test_a_relay_may_not_reach_the_inside() -> None:
    [policy] = [p for p in _policies(EVERYTHING) if p["metadata"]["name"] == "billing-relay"]
    without_ports = [rule for rule in policy["spec"]["egress"] if "ports" not in rule]
    [rule] = without_ports
    blocks = {peer["ipBlock"]["cidr"]: peer["ipBlock"]["except"] for peer in rule["to"]}
    assert {"10.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16"} <= set(blocks["0.0.0.0/0"])
    assert {"fc00::/7", "fe80::/10"} <= set(blocks["::/0"])


def test_a_pod_is_not_killed_while_it_finishes() -> None:
    for _, pod in every_pod():
        grace = int(pod.environment.get("KHATA_GRACE_SECONDS", "0"))
        if pod.manifest["kind"] == "Deployment":
            assert pod.spec["terminationGracePeriodSeconds"] >= grace + 10


def _policies(flavour: Path) -> list[Manifest]:
    return of_kind(flavour, "NetworkPolicy")


def _chosen(wanted: dict[str, str], among: list[Pod]) -> list[Pod]:
    return [pod for pod in among if wanted.items() <= pod.labels.items()]


def _secret_files(pod: Pod) -> dict[str, str]:
    [volume] = [v for v in pod.spec["volumes"] if v["name"] == "secrets"]
    sources = [s["secret"] for s in volume.get("projected", {}).get("sources", [])]
    sources = sources or [volume["secret"]]
    return {item["key"]: item["path"] for source in sources for item in source["items"]}
