"""How numbers and letters are said is a setting of the station, also when a draft is read again."""

import json

import pytest

from reading import Dialect


@pytest.fixture(autouse=True)
def southern(monkeypatch):
    dialect = Dialect(thousand="ngàn", zero_ten="lẻ", four_after_tens="tư")
    monkeypatch.setenv("LOA_DIALECT", json.dumps(dialect.model_dump()))


def test_the_station_says_numbers_its_own_way(commune):
    bulletin = commune.bulletin(text="Có 24 hộ nộp 105.000 đồng.")
    wanted = "Có hai mươi tư hộ nộp một trăm lẻ năm ngàn đồng."
    assert [sentence["spoken"] for sentence in bulletin["script"]["sentences"]] == [wanted]
    again = commune.call("canbo", "POST", f"/versions/{bulletin['version']['id']}/read-again")
    assert [sentence["spoken"] for sentence in again["script"]["sentences"]] == [wanted]
