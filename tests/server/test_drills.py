"""A drill is spoken as a drill, and only a drill is."""

import pytest

from server import drills
from server.errors import ConflictError, InvalidInputError
from server.tables import PreparedEmergency, Version


@pytest.fixture
def real(commune):
    return commune.approved(priority=1)


def as_drill(commune, version):
    made = commune.call("canbo", "POST", f"/versions/{version}/drill")
    drill = made["version"]["id"]
    commune.rendered(drill)
    commune.call("canbo", "POST", f"/versions/{drill}/submit")
    commune.call("lanhdao", "POST", f"/versions/{drill}/approve", json={"note": ""})
    return made


def fitting(commune, version, prepared=None, *, test):
    with commune.station().database.read() as session:
        row = session.get(PreparedEmergency, prepared) if prepared else None
        return drills.fitting(session, session.get(Version, version), row, test=test).id


def test_the_same_words_between_two_sentences_that_say_it_is_a_drill(commune, real):
    made = as_drill(commune, real)
    spoken = [sentence["spoken"] for sentence in made["script"]["sentences"]]
    assert made["title"].startswith("Diễn tập: ")
    assert made["priority"] == 1
    assert "diễn tập" in spoken[0]
    assert "diễn tập" in spoken[-1]
    assert any("đề nghị bà con đến đông đủ" in sentence.casefold() for sentence in spoken)
    drill = made["version"]["id"]
    assert "đã là bản diễn tập" in commune.error("canbo", "POST", f"/versions/{drill}/drill", 409)
    assert fitting(commune, drill, test=True) == drill
    with pytest.raises(InvalidInputError):
        fitting(commune, drill, test=False)


def test_a_drill_of_a_prepared_message_plays_its_drill(commune, real):
    commune.speaker("loa-1")
    body = {"hazard": "flood", "area_id": "na-it"}
    prepared = commune.call("canbo", "POST", "/emergencies/prepared", json={**body, "version_id": real})["id"]
    assert fitting(commune, real, prepared, test=False) == real
    with pytest.raises(ConflictError):
        fitting(commune, real, prepared, test=True)
    drill = as_drill(commune, real)["version"]["id"]
    commune.call("canbo", "POST", "/emergencies/prepared", json={**body, "version_id": drill})
    assert fitting(commune, real, prepared, test=True) == drill
