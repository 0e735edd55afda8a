"""Groups across villages, exceptions, and speakers in repair: who a schedule goes to."""

import pytest

from tests.hours import tomorrow


@pytest.fixture
def commune_of_four(commune):
    for name, place in (("a-1", "na-it"), ("a-2", "na-it"), ("b-1", "khuoi-khit"), ("b-2", "khuoi-khit")):
        commune.speaker(name, place)
    return commune


def group(commune, *speakers, name="Dọc sông", who="canbo", area="khuoi-nan", expect=None):
    body = {"name": name, "area_id": area, "speaker_ids": list(speakers)}
    return commune.call(who, "POST", "/groups", json=body, expect=expect)


def goes_to(made):
    return {delivery["speaker_id"] for delivery in made["occurrences"][0]["deliveries"]}


def test_a_schedule_to_a_group_goes_to_its_speakers_in_both_villages(commune_of_four):
    river = group(commune_of_four, "a-1", "b-1")
    made = commune_of_four.schedule(commune_of_four.approved(), "khuoi-nan", group_id=river["id"])
    assert goes_to(made) == {"a-1", "b-1"}
    assert made["group_id"] == river["id"]
    commune_of_four.call("canbo", "PATCH", "/speakers/b-1", json={"in_repair": True})
    again = commune_of_four.schedule(commune_of_four.approved(), "khuoi-nan", group_id=river["id"])
    assert goes_to(again) == {"a-1"}


def test_another_member_counts_from_the_next_schedule_on(commune_of_four):
    river = group(commune_of_four, "a-1")
    commune_of_four.call(
        "canbo", "PATCH", f"/groups/{river['id']}", json={"name": "Chợ", "speaker_ids": ["a-2", "b-2"]}
    )
    (seen,) = commune_of_four.call("truongthon", "GET", "/groups")["items"] or [None]
    assert seen is None  # a village head sees what is at his village
    (seen,) = commune_of_four.call("lanhdao", "GET", "/groups")["items"]
    assert (seen["name"], seen["speaker_ids"]) == ("Chợ", ["a-2", "b-2"])
    made = commune_of_four.schedule(commune_of_four.approved(), "khuoi-nan", group_id=river["id"])
    assert goes_to(made) == {"a-2", "b-2"}


def test_exceptions_by_area_and_by_speaker(commune_of_four):
    version = commune_of_four.approved()
    without = commune_of_four.schedule(version, "khuoi-nan", except_areas=["khuoi-khit"], except_speakers=["a-2"])
    assert goes_to(without) == {"a-1"}
    commune_of_four.schedule(version, "na-it", except_areas=["khuoi-khit"], expect=422)
    commune_of_four.schedule(version, "na-it", except_speakers=["a-1", "a-2"], expect=409)


def test_only_the_villages_that_hear_it_have_it_counted(commune_of_four):
    rules = {"allowed": [{"start": "00:00", "end": "00:00"}], "sessions_a_day": 1}
    commune_of_four.call("lanhdao", "PUT", "/areas/khuoi-nan/policy", json=rules)
    version = commune_of_four.approved()
    here = group(commune_of_four, "a-1")
    commune_of_four.schedule(version, "khuoi-nan", group_id=here["id"], start_at=tomorrow(8))
    commune_of_four.schedule(version, "khuoi-khit", start_at=tomorrow(9))
    commune_of_four.schedule(version, "na-it", start_at=tomorrow(10), expect=422)


def test_what_cannot_be_a_group(commune_of_four):
    group(commune_of_four, "a-1")
    group(commune_of_four, "b-1", expect=409)  # the name is taken
    group(commune_of_four, name="Không có", expect=422)
    group(commune_of_four, "la", name="Lạ", expect=404)
    group(commune_of_four, "b-1", name="Nhà người", area="na-it", expect=422)
    group(commune_of_four, "a-1", name="Thôn", who="truongthon", area="na-it", expect=403)


def test_a_group_is_not_renamed_to_what_another_is_called(commune_of_four):
    group(commune_of_four, "a-1")
    market = group(commune_of_four, "b-1", name="Chợ")
    path = f"/groups/{market['id']}"
    assert "Dọc sông" in commune_of_four.error("canbo", "PATCH", path, 409, json={"name": "Dọc sông"})
    assert commune_of_four.call("canbo", "GET", path)["name"] == "Chợ"


def test_a_group_in_use_is_not_dissolved(commune_of_four):
    river = group(commune_of_four, "a-1")
    made = commune_of_four.schedule(commune_of_four.approved(), "khuoi-nan", group_id=river["id"])
    assert "Dọc sông" in commune_of_four.error("canbo", "DELETE", f"/groups/{river['id']}", 409)
    commune_of_four.call("canbo", "POST", f"/schedules/{made['id']}/withdraw")
    commune_of_four.call("canbo", "DELETE", f"/groups/{river['id']}")
    assert commune_of_four.call("canbo", "GET", "/groups")["items"] == []
    group(commune_of_four, "b-1")  # the name is free again
