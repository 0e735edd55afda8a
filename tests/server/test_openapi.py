"""What the station says of its API is complete, and whatever follows from it is never a 500 and never answered otherwise."""

import uuid
from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from server.app import create_app
from server.settings import Settings

EXAMPLES = 3
CHECKS = [response_schema_conformance, content_type_conformance]
LEFT_OUT = {
    "/api/v1/live",  # a stream without an end
    "/api/v1/relays/try",  # asks whatever address it is given
    "/api/v1/sign-out",  # ends the asking person's own session
}


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    return create_app(Settings(data_dir=tmp_path_factory.mktemp("described"))).openapi()


def operations(described):
    return [
        (path, method, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_says_what_it_does_and_how_it_fails(described):
    ids = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(ids) == len(set(ids)) > 80
    for path, method, operation in operations(described):
        where = f"{method} {path}"
        assert len(operation.get("description", "")) > 5, where
        assert operation.get("tags"), where
        assert operation["responses"]["4XX"]["content"]["application/json"]["schema"]["$ref"].endswith("/Error"), where
        assert "security" in operation, where


def test_every_field_and_parameter_has_an_example_or_a_closed_list(described):
    fields = [
        (f"{schema}.{name}", field)
        for schema, part in described["components"]["schemas"].items()
        for name, field in part.get("properties", {}).items()
    ]
    fields += [
        (f"{path} {parameter['name']}", parameter["schema"])
        for path, _, operation in operations(described)
        for parameter in operation.get("parameters", ())
    ]
    told = {"examples", "example", "enum", "const", "$ref", "default", "allOf"}
    silent = [
        where
        for where, field in fields
        if not told & field.keys() and not any("$ref" in kind or "enum" in kind for kind in field.get("anyOf", ()))
    ]
    silent = [where for where in silent if not where.endswith((".file", ".body", ".data", ".detail"))]
    assert silent == []


def known_ids(commune):
    """Ids that are there, so that not everything ends at "no such thing"."""
    bulletin = commune.bulletin()
    commune.speaker("loa-1")
    approved = commune.approved()
    made = commune.schedule(approved)
    return {
        "bulletin_id": bulletin["id"],
        "version_id": bulletin["version"]["id"],
        "sentence_id": bulletin["script"]["sentences"][0]["id"],
        "area_id": "na-it",
        "speaker_id": "loa-1",
        "schedule_id": made["id"],
        "occurrence_id": made["occurrences"][0]["id"],
        "day": "2027-02-06",
    }


def each_case(operation, ask):
    """Call `ask(case, known)` for a few requests that the description allows."""

    @seed(1)
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )  # fmt: skip
    @given(case=operation.as_strategy(), known=st.booleans())
    def generated(case, known):
        ask(case, known)

    generated()


def test_whatever_follows_from_the_description_is_answered_as_described(commune):
    token, ids = commune.token("lanhdao"), known_ids(commune)
    statuses, problems = Counter(), []

    def ask(case, known):
        if known:
            case.path_parameters = {name: ids.get(name, given) for name, given in (case.path_parameters or {}).items()}
        sent = case.as_transport_kwargs(base_url="http://testserver", headers={"Authorization": f"Bearer {token}"})
        sent.pop("cookies", None)
        if isinstance(sent.get("data"), (str, bytes)):  # as `requests` says it; httpx has another word
            sent["content"] = sent.pop("data")
        answer = commune.client.request(**sent)
        statuses[answer.status_code] += 1
        if answer.status_code >= 500 and answer.json()["error"]["code"] != "busy":
            problems.append((case.operation.label, answer.status_code, str(sent)[:300]))
        elif answer.is_success:
            try:
                case.validate_response(Response.from_any(answer), checks=CHECKS)
            except FailureGroup as failure:
                problems.append((case.operation.label, answer.status_code, str(failure.exceptions[0])[:300]))

    for result in schemathesis.openapi.from_dict(commune.client.app.openapi()).get_all_operations():
        if result.ok().path not in LEFT_OUT:
            each_case(result.ok(), ask)
    assert problems == [], {label for label, *_ in problems}
    assert statuses[200] + statuses[201] + statuses[204] > 20
    assert statuses.total() > 200


def test_ids_of_examples_are_real_ids(described):
    example = described["components"]["schemas"]["EmergencyRequest"]["properties"]["area_id"]["examples"]
    assert example == ["na-it"]
    assert uuid.UUID(described["components"]["schemas"]["VersionView"]["properties"]["id"]["examples"][0])
