"""The files of the containers: no secret, no root, no writable root file system, a health check that can succeed."""

import importlib.util
import re

import pytest
import yaml
from django.conf import settings
from django.test import Client

from smarketing.supervisor.postgres import APPLICATION, DISCREET, OWNER, ROLES_LOG

ROOT = settings.BASE_DIR
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = [name for name in COMPOSE["services"] if name not in ("database", "broker")]


def healthy():
    spec = importlib.util.spec_from_file_location("healthy", ROOT / "docker" / "healthy.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", OURS)
def test_our_processes_are_nobody_in_particular(name):
    service = COMPOSE["services"][name]
    assert (
        service["read_only"] and service["cap_drop"] == ["ALL"] and "no-new-privileges:true" in service["security_opt"]
    )
    assert service["mem_limit"] and service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_image_runs_as_a_user_and_owns_only_its_data():
    text = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER smarketing$", text, re.M) and "chown smarketing:smarketing /data /backups" in text


def test_every_secret_comes_from_outside_and_stays_out_of_the_image():
    for service in COMPOSE["services"].values():
        for name, value in (service.get("environment") or {}).items():
            if re.search("PASSWORD|SECRET|_URL$", name) and name not in ("SMARKETING_URL", "REDIS_URL"):
                assert "${" in value, name
    assert ".env" in (ROOT / ".dockerignore").read_text().split()


def test_only_the_owner_s_processes_hold_its_password_and_the_stores_have_no_way_out():
    owners = {name for name in OURS if "OWNER_DATABASE_URL" in COMPOSE["services"][name]["environment"]}
    assert owners == {"prepare", "backup"}
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert COMPOSE["services"]["database"]["networks"] == COMPOSE["services"]["broker"]["networks"] == ["inside"]


def test_the_database_logs_no_row_and_no_statement_as_the_embedded_one():
    said = COMPOSE["services"]["database"]["command"]
    assert {f"{name}={value}" for name, value in DISCREET.items()} <= set(said)
    roles = (ROOT / "docker" / "roles.sh").read_text()
    assert all(f"ALTER ROLE {role} SET {ROLES_LOG};" in roles for role in (APPLICATION, OWNER))


@pytest.mark.django_db
def test_the_health_check_asks_by_a_name_that_is_answered(settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["smarketing.example"]
    monkeypatch.setenv("SMARKETING_HOSTS", "smarketing.example, other.example")
    asked = healthy().question()
    host = asked.get_header("Host")
    assert asked.full_url == "http://127.0.0.1:8000/healthz"
    assert Client().get("/healthz", headers={"Host": host}).status_code == 200
    assert Client().get("/healthz", headers={"Host": "127.0.0.1:8000"}).status_code == 400
