"""Whatever a program sends, it is never a 500, and the message is Vietnamese."""

import json
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DATABASES = "both"
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=40),
    st.sampled_from(
        [
            "\x00",
            "\ud800",
            "khuoi-nan",
            "na-it",
            "2026-12-01T17:00:00+07:00",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59Z",
            "FREQ=DAILY",
            "RSCALE=VIETNAMESE;FREQ=MONTHLY;BYMONTHDAY=1",
            "",
            "a" * 5000,
        ]
    ),
    st.lists(st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
)
BODIES = [
    ("POST", "/sign-in", ("username", "password")),
    ("POST", "/setup", ("setup_code", "commune", "villages", "people", "policy")),
    ("POST", "/areas", ("name", "code", "parent_id", "level")),
    (
        "PUT",
        "/areas/khuoi-nan/policy",
        ("allowed", "session_minutes", "sessions_a_day", "minutes_a_day", "ceilings", "village"),
    ),
    ("PUT", "/areas/khuoi-nan/days/2026-12-01", ("kind", "name")),
    ("POST", "/people", ("username", "name", "role", "password", "area_id")),
    ("PATCH", "/versions/{version}/sentences/{sentence}", ("spoken", "aloud", "edit_count")),
    ("POST", "/versions/{version}/sentences/{sentence}/flags/0", ("spoken", "edit_count")),
    ("POST", "/versions/{version}/refuse", ("note",)),
    (
        "POST",
        "/schedules",
        ("version_id", "area_id", "start_at", "rule", "max_start_delay_s", "test", "except_days", "skip_holidays"),
    ),
]
QUERIES = [
    ("/bulletins", ("limit", "before")),
    ("/occurrences", ("from", "to", "area_id", "limit")),
    ("/schedules", ("version_id",)),
    ("/areas/khuoi-nan/days", ("from", "to")),
    ("/audit", ("after", "limit")),
]
SLOW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def places(commune):
    bulletin = commune.bulletin()
    commune.token("lanhdao")
    return {"version": bulletin["version"]["id"], "sentence": bulletin["script"]["sentences"][0]["id"]}


def check(answer):
    assert answer.status_code < 500, (answer.request.url, answer.text)
    if answer.is_error:
        error = answer.json()["error"]
        assert set(error) == {"code", "message"}
        assert set(error["message"]) - set(string.printable), error  # Vietnamese


@pytest.mark.parametrize("method, path, names", BODIES)  # noqa: PT006
def test_odd_bodies(commune, places, method, path, names):
    @SLOW
    @given(st.fixed_dictionaries({}, optional=dict.fromkeys(names, ODD)), st.sampled_from(["canbo", "lanhdao", None]))
    def send(body, who):
        headers = {"Authorization": f"Bearer {commune.token(who)}"} if who else {}
        content = json.dumps(body).encode()
        check(
            commune.client.request(
                method,
                f"/api/v1{path.format(**places)}",
                content=content,
                headers={**headers, "Content-Type": "application/json"},
            )
        )
        commune.client.cookies.clear()
        commune.station().attempts.__init__()

    send()


@pytest.mark.parametrize("path, names", QUERIES)  # noqa: PT006
@pytest.mark.usefixtures("places")
def test_odd_queries(commune, path, names):
    values = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
        [
            "-1",
            "99999999999999999999",
            "0001-01-01",
            "9999-12-31",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-12:00",
            "\x00",
            "2026-12-01",
        ]
    )

    @SLOW
    @given(st.fixed_dictionaries({}, optional=dict.fromkeys(names, values)))
    def send(query):
        headers = {"Authorization": f"Bearer {commune.token('lanhdao')}"}
        check(commune.client.get(f"/api/v1{path}", params=query, headers=headers))

    send()


@pytest.mark.parametrize(
    "path",
    [
        "/bulletins/%00",
        "/versions/%00",
        "/occurrences/%ff",
        "/areas/%00/policy",
        "/versions/x/audio",
        "/people/%00/rights",
    ],
)
def test_odd_paths(commune, path):
    check(commune.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {commune.token('lanhdao')}"}))
    check(commune.client.get("/api/v1/me", headers={"Authorization": "Bearer \x00"}))
    check(commune.client.get("/api/v1/me", headers={"Cookie": "loa_session=%00"}))


def test_the_description_of_the_api_is_whole(commune):
    document = commune.client.get("/api/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        assert path.startswith(("/api/v1/", "/agent/v1/")), path
        for operation in operations.values():
            assert operation["summary"]
            assert operation["description"], path
