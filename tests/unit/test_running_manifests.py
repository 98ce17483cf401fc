"""The images, the compose file and the manifests agree with the code and with one another."""

import importlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from deploy.stopso.container import secret_files
from deploy.stopso.places import ROOT, SERVICES
from deploy.stopso.secret_store import SecretStore
from shared.kernel.ids import ServiceName

MANIFESTS = ROOT / "deploy" / "kubernetes"
SHARED_BY_ALL = {"static", "health", "metrics"}


def objects(kind: str) -> list[dict[str, Any]]:
    """Every object of a kind in the manifests."""
    return [
        each
        for file in sorted(MANIFESTS.glob("*.yaml"))
        for each in yaml.safe_load_all(file.read_text())
        if each["kind"] == kind
    ]


def front_door() -> dict[str, set[str]]:
    """First parts of paths, by the service to which the front door sends them."""
    text = (ROOT / "deploy" / "frontdoor" / "Caddyfile").read_text()
    return {
        name: {word.strip("/").split("/")[0] for word in paths.split()}
        for name, paths in re.findall(r"^\t@(\w+) path (.+)$", text, flags=re.MULTILINE)
    }


def first_parts(service: str) -> set[str]:
    """First parts of the paths of a service's pages; the start page has none."""
    routers = importlib.import_module(f"services.{service}.app").SERVICE.routers
    return {path.strip("/").split("/")[0] for router in routers for path in _paths(router)} - {""}


def _paths(router: Any, prefix: str = "") -> Iterator[str]:
    for route in router.routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _paths(inner, prefix + getattr(route.include_context, "prefix", ""))
        else:
            yield prefix + route.path


def test_every_manifest_is_listed() -> None:
    (kustomization,) = objects("Kustomization")

    assert sorted(kustomization["resources"]) == sorted(
        file.name for file in MANIFESTS.glob("*.yaml") if file.name != "kustomization.yaml"
    )


@pytest.mark.parametrize("service", ["matching", "funding", "notifications"])
def test_the_front_door_knows_every_page_of_a_service(service: str) -> None:
    parts = first_parts(service)

    assert parts, "no pages found: the check would prove nothing"
    assert parts - SHARED_BY_ALL <= front_door()[service]


def test_the_front_door_sends_nothing_of_intake_elsewhere() -> None:
    taken = {part for name, parts in front_door().items() if name != "inside" for part in parts}

    assert first_parts("intake")
    assert not first_parts("intake") & taken


def test_the_ingress_routes_as_the_front_door_does() -> None:
    (ingress,) = objects("Ingress")
    routed: dict[str, set[str]] = {}
    for path in ingress["spec"]["rules"][0]["http"]["paths"]:
        routed.setdefault(path["backend"]["service"]["name"], set()).add(path["path"].strip("/"))

    door = front_door()
    assert routed.pop("nobody") == door.pop("inside") == {"health", "metrics"}
    assert routed.pop("intake") == {""}
    assert routed == door


def test_all_settings_exist_in_the_code() -> None:
    given = {name for config in objects("ConfigMap") for name in config["data"]}
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for name in SERVICES:
        given |= set(compose[name]["environment"])
    known = {
        f"STOPSO_{field.upper()}"
        for name in SERVICES
        for field in importlib.import_module(f"services.{name}.app").SERVICE.settings.model_fields
    }

    assert given - {"FORWARDED_ALLOW_IPS"} <= known, "the one is read by the web server itself"


def test_secrets_and_settings_together_are_enough_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {name: value for config in objects("ConfigMap") for name, value in config["data"].items()}
    files = secret_files(SecretStore.generate(), database="database:5432", broker="broker:5672")
    for service in SERVICES:
        for name, value in {**settings, **json.loads(files[service]["environment.json"])}.items():
            monkeypatch.setenv(name, value)
        read = importlib.import_module(f"services.{service}.app").SERVICE.settings.read()
        assert not read.demo
        assert read.keyring().services == set(SERVICES)


def test_no_service_is_given_the_secrets_of_another() -> None:
    store = SecretStore.generate()
    files = secret_files(store, database="database:5432", broker="broker:5672")
    for service in SERVICES:
        others = "".join(text for reader in files if reader != service for text in files[reader].values())
        assert store.roles[service].application not in others
        assert store.broker[service] not in others
        assert store.keys[service]["STOPSO_FIELD_KEY"] not in others
        assert store.roles[service].owner not in str(files)


def test_services_in_the_cluster_have_no_more_rights_than_they_need() -> None:
    deployments = objects("Deployment")
    assert {each["metadata"]["name"] for each in deployments} == set(SERVICES)
    for deployment in deployments:
        spec = deployment["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        assert spec["securityContext"]["runAsNonRoot"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"
        assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"
        assert [volume.get("secret", {}).get("secretName") for volume in spec["volumes"]] == [
            f"{deployment['metadata']['name']}-secrets",
            None,
        ]


def test_the_cluster_survives_the_loss_of_a_disk() -> None:
    (broker,), (database,) = objects("RabbitmqCluster"), objects("Cluster")

    assert broker["spec"]["replicas"] == 3
    assert database["spec"]["instances"] >= 3
    assert database["spec"]["postgresql"]["synchronous"] == {"method": "any", "number": 1, "dataDurability": "required"}


def test_replicas_follow_the_queues_of_their_own_service() -> None:
    from shared.messaging.topology import GROUPS, group_queues  # noqa: PLC0415 - beside the words that it explains

    for scaled in objects("ScaledObject"):
        service: ServiceName = scaled["metadata"]["name"]
        (trigger,) = scaled["spec"]["triggers"]
        assert scaled["spec"]["maxReplicaCount"] == GROUPS
        for queue in group_queues(service):
            assert re.search(trigger["metadata"]["queueName"], queue)


def test_no_password_stands_in_the_compose_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    given = [name for each in yaml.safe_load(text)["services"].values() for name in each.get("environment", {})]

    assert given
    assert not [name for name in given if re.search("PASSWORD|SECRET|KEY|TOKEN", name)]
    assert re.findall(r"PASSWORD=(\S+)", text) == ["$$(cat"]


def test_the_limits_on_guessing_count_people_and_not_the_front_door() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    settings = next(each for each in objects("ConfigMap") if each["metadata"]["name"] == "settings")

    for service in SERVICES:
        assert compose["services"][service]["environment"]["FORWARDED_ALLOW_IPS"] == "*"
        assert "ports" not in compose["services"][service], "then anybody could name an address of their choice"
    assert settings["data"]["FORWARDED_ALLOW_IPS"] == "*"
