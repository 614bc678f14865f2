"""The API's frame: its document is committed, its errors are problems, forged requests are turned away."""

import json
import re
from pathlib import Path

import pytest
from django.test import Client

from shanzhi.config.api import api

SAMPLE = "00000000-0000-4000-8000-000000000001"
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


class TestTheDocument:
    def test_is_the_committed_one(self) -> None:
        now = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
        assert json.loads(DOCUMENT.read_text()) == now, "run `make openapi` and look at the difference"

    def test_names_every_operation_once(self) -> None:
        schema = api.get_openapi_schema(path_prefix="/api/v1/")
        names = [operation["operationId"] for path in schema["paths"].values() for operation in path.values()]
        assert len(names) == len(set(names))

    def test_is_served(self) -> None:
        assert Client().get("/api/v1/openapi.json").status_code == 200


@pytest.mark.django_db
class TestARequestThatChangesSomething:
    def test_is_refused_without_the_token_of_our_own_page(self) -> None:
        schema = api.get_openapi_schema(path_prefix="/api/v1/")
        client = Client(enforce_csrf_checks=True)
        changing = [
            (method, address)
            for address, operations in schema["paths"].items()
            for method in operations
            if method != "get"
        ]
        for method, address in changing:
            place = re.sub(r"\{(\w+)\}", SAMPLE, address.replace("{row_id}", "1"))  # the one place that is a number
            answer = client.generic(method.upper(), place, "{}", content_type="application/json")
            assert answer.status_code == 403, address
            assert answer.json()["code"] == "csrf", address
