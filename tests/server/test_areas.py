"""The tree of areas, the national list, and codes of before the merger of July 2025."""

import pytest

from server import administrative
from server.administrative.units import plain


def test_the_list_is_whole_and_every_old_unit_became_something():
    from server.administrative.units import _communes, _former

    assert len(_communes()) == 3321
    assert len({one.province for one in _communes().values()}) == 34
    assert len(_former()) > 10_000
    assert all(code in _communes() for unit in _former().values() for code in unit.became)
    new = set(_communes()) - {code for unit in _former().values() for code in unit.became}
    assert {_communes()[code].name.split()[0] for code in new} == {"Đặc"}  # islands whose district had no communes
    assert len(new) == 5


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Xã Bắc Sơn, Lạng Sơn", ("Xã Bắc Sơn", "Tỉnh Lạng Sơn")),
        ("bac son lang son", ("Xã Bắc Sơn", "Tỉnh Lạng Sơn")),
        ("BA ĐÌNH", ("Phường Ba Đình", "Thành phố Hà Nội")),
        ("hoang sa", ("Đặc khu Hoàng Sa", "Thành phố Đà Nẵng")),
        ("ea h'leo", ("Xã Ea H'Leo", "Tỉnh Đắk Lắk")),
    ],
)
def test_a_commune_is_found_by_its_name_with_or_without_marks(text, first):
    found = administrative.communes_named(text)
    assert (found[0].name, found[0].province) == first


def test_nothing_is_found_by_nothing():
    assert administrative.communes_named("...") == []
    assert administrative.communes_named("xyzzy") == []
    assert plain("Đắk Lắk – 2") == "dak lak 2"


def test_a_divided_unit_names_all_its_parts_and_a_place_of_the_same_name_none():
    co_bi = administrative.former("00553")
    assert (co_bi.name, co_bi.district) == ("Xã Cổ Bi", "Huyện Gia Lâm")
    assert len(co_bi.became) == 4
    assert [unit.code for unit in administrative.former_named("hoa binh kim thanh hai duong")] == ["10798"]
    assert administrative.former("11890").became == ("11911",)  # not what the Hòa Bình of Kim Thành became


def test_over_the_api(commune):
    (found,) = commune.call("canbo", "GET", "/units?q=bac son lang son&limit=1")["items"]
    whole = commune.call("kythuat", "GET", f"/units/{found['code']}")
    assert whole["name"] == "Xã Bắc Sơn"
    assert {old["district"] for old in whole["formerly"]} == {"Huyện Bắc Sơn"}
    old = commune.call("canbo", "GET", f"/units/former/{whole['formerly'][0]['code']}")
    assert found["code"] in [one["code"] for one in old["became"]]
    assert commune.call("canbo", "GET", "/units/former?q=co bi gia lam")["items"][0]["code"] == "00553"
    commune.call("canbo", "GET", "/units/99999", expect=404)
    commune.call("canbo", "GET", "/units/former/99999", expect=404)
    commune.call(None, "GET", "/units?q=bac", expect=401)


def test_an_old_code_means_the_area_of_today_and_the_commune_may_overrule_the_table(commune):
    from server import areas
    from server.tables import Area, AreaLevel

    with commune.station().database.write() as session:
        session.add(Area(code="11911", name="Xã mới", level=AreaLevel.COMMUNE))
    with commune.station().database.read() as session:
        assert areas.find(session, "11890").name == "Xã mới"
    na_it = commune.area("na-it")
    commune.call("canbo", "PUT", f"/areas/{na_it}/former-codes/11890", json={"name": "Xã Hòa Bình"})
    with commune.station().database.read() as session:
        assert areas.find(session, "11890").id == na_it
    known = commune.call("canbo", "GET", "/areas/na-it/former-codes")["items"]
    assert known == [{"code": "11890", "name": "Xã Hòa Bình", "decided": True}]
    commune.call("canbo", "PUT", f"/areas/{na_it}/former-codes/khuoi-nan", json={}, expect=409)
    commune.call("truongthon", "PUT", f"/areas/{na_it}/former-codes/00001", json={}, expect=403)
    commune.call("canbo", "DELETE", f"/areas/{na_it}/former-codes/11890")
    commune.call("canbo", "DELETE", f"/areas/{na_it}/former-codes/11890", expect=404)
