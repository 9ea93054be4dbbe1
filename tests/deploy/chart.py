"""The chart, rendered by the real Helm."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.deploy.tools import CHART, FLAVOURS, needed

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Pod:
    """The pod that a Deployment or a Job describes."""

    name: str
    manifest: Manifest

    @property
    def spec(self) -> Manifest:
        found: Manifest = self.manifest["spec"]["template"]["spec"]
        return found

    @property
    def labels(self) -> dict[str, str]:
        found: dict[str, str] = self.manifest["spec"]["template"]["metadata"]["labels"]
        return found

    @property
    def container(self) -> Manifest:
        [found] = self.spec["containers"]
        one: Manifest = found
        return one

    @property
    def words(self) -> list[str]:
        """What follows `khata`, which is the image's entry point."""
        found: list[str] = self.container["args"]
        return found

    @property
    def environment(self) -> dict[str, str]:
        return {v["name"]: v["value"] for v in self.container["env"] if "value" in v}


def values_of(flavour: Path) -> Manifest:
    """Return what a file of values says."""
    read: Manifest = needed("yaml").safe_load(flavour.read_text())
    return read


def rendered(values: Manifest, *, namespace: str = "billing") -> list[Manifest]:
    """Return every manifest that the chart makes of these values. Raises: what Helm says."""
    helm, yaml = needed("helm_python"), needed("yaml")
    with helm.Chart.load(str(CHART)) as chart:
        texts = chart.render(values, name="chai", namespace=namespace)
    return [
        manifest
        for name, text in sorted(texts.items())
        if name.endswith(".yaml")
        for manifest in yaml.safe_load_all(text)
        if manifest
    ]


@cache
def _rendered_once(flavour: Path) -> list[Manifest]:
    return rendered(values_of(flavour))


def manifests(flavour: Path) -> list[Manifest]:
    """Return the manifests of one file in ci/, rendered once."""
    return deepcopy(_rendered_once(flavour))


def pods(flavour: Path) -> list[Pod]:
    """Return every pod of one file in ci/."""
    return [
        Pod(m["metadata"]["name"], m)
        for m in manifests(flavour)
        if m["kind"] in ("Deployment", "Job")
    ]


def every_pod() -> Iterator[tuple[Path, Pod]]:
    """Return every pod of every file in ci/."""
    for flavour in FLAVOURS:
        for pod in pods(flavour):
            yield flavour, pod


def of_kind(flavour: Path, *kinds: str) -> list[Manifest]:
    """Return the manifests of these kinds."""
    return [m for m in manifests(flavour) if m["kind"] in kinds]
