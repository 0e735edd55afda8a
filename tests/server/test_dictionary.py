"""The commune's own dictionary: it counts at the next reading, and reading again loses no edit."""

import io

import docx
import pytest
from sqlmodel import select

from server.tables import AuditEntry

DATABASES = "both"
TEXT = "Ban QLDAXYZ họp tối nay. Đề nghị bà con đến đông đủ. Ban QLDAXYZ sẽ trả lời."
ROW = {"written": "QLDAXYZ", "spoken": "quản lý dự án Khuổi Nằn"}
PATH = "/dictionary"


def spoken(bulletin):
    return [sentence["spoken"] for sentence in bulletin["script"]["sentences"]]


def acts(commune):
    with commune.station().database.read() as session:
        return [
            entry.act for entry in session.exec(select(AuditEntry).order_by(AuditEntry.number))
            if entry.act.startswith(("dictionary", "version"))
        ]  # fmt: skip


def test_a_row_counts_at_the_next_reading_and_reading_again_keeps_edits(commune):
    before = commune.bulletin(text=TEXT)
    version = before["version"]["id"]
    sentences = before["script"]["sentences"]
    assert sentences[0]["flags"]
    assert ROW["spoken"] not in " ".join(spoken(before))
    commune.call(
        "canbo", "PATCH", f"/versions/{version}/sentences/{sentences[1]['id']}", json={"spoken": "Mời bà con."}
    )
    row = commune.call("canbo", "POST", PATH, json={**ROW, "note": "ban của xã"})
    assert (row["area_name"], row["set_by"]) == ("Xã Khuổi Nằn", "Nông Thị Hoa")
    again = commune.call("canbo2", "POST", f"/versions/{version}/read-again")
    assert [ROW["spoken"] in text for text in spoken(again)] == [True, False, True]
    assert spoken(again)[1] == "Mời bà con."
    assert not any(sentence["flags"] for sentence in again["script"]["sentences"])
    assert again["edit_count"] == 2
    assert commune.call("canbo", "POST", f"/versions/{version}/read-again")["edit_count"] == 2
    assert ROW["spoken"] in spoken(commune.bulletin("truongthon", TEXT))[0]
    commune.call("canbo", "POST", PATH, json={**ROW, "spoken": "quản lý dự án huyện"})
    assert len(commune.call("truongthon", "GET", PATH)["items"]) == 1
    commune.call("canbo", "DELETE", f"{PATH}/{row['id']}")
    assert commune.call("canbo", "GET", PATH)["items"] == []
    assert ROW["spoken"] not in spoken(commune.bulletin(text=TEXT))[0]
    assert acts(commune) == ["dictionary.add", "version.read_again", "dictionary.change", "dictionary.remove"]


def test_a_file_is_read_again_too_but_only_a_draft(commune):
    document, out = docx.Document(), io.BytesIO()
    document.add_paragraph(TEXT)
    document.save(out)
    made = commune.call("canbo", "POST", "/bulletins", files={"file": ("a.docx", out.getvalue())})
    version = made["version"]["id"]
    commune.call("canbo", "POST", PATH, json=ROW)
    assert ROW["spoken"] in spoken(commune.call("canbo", "POST", f"/versions/{version}/read-again"))[0]
    commune.error("kythuat", "POST", f"/versions/{version}/read-again", 403)
    commune.call("canbo", "POST", f"/versions/{version}/submit")
    assert "bản nháp" in commune.error("canbo", "POST", f"/versions/{version}/read-again", 409)


def test_trying_a_row_keeps_nothing_and_names_the_drafts_it_changes(commune):
    changed = commune.bulletin("truongthon", TEXT, title="Họp ban")["id"]
    commune.bulletin(text="Ngày mai nghỉ chợ.")
    preview = commune.call("canbo", "POST", f"{PATH}/preview", json={**ROW, "after": ["Ban"]})
    assert preview["sounding"]["spoken"] == ROW["spoken"]
    assert preview["sounding"]["example_written"] == "Ban QLDAXYZ"
    assert ROW["spoken"] in preview["sounding"]["example_spoken"]
    assert [(d["bulletin_id"], d["title"]) for d in preview["changes"]] == [(changed, "Họp ban")]
    assert commune.call("canbo", "GET", PATH)["items"] == []
    assert acts(commune) == []


def test_a_row_in_some_company_stands_beside_the_one_without(commune):
    commune.call("canbo", "POST", PATH, json=ROW)
    commune.call("canbo", "POST", PATH, json={**ROW, "spoken": "quản lý dự án tỉnh", "before": ["tỉnh"]})
    said = " ".join(spoken(commune.bulletin(text="Ban QLDAXYZ họp. Ban QLDAXYZ tỉnh cũng họp.")))
    assert "quản lý dự án Khuổi Nằn họp" in said
    assert "quản lý dự án tỉnh tỉnh" in said


@pytest.mark.parametrize("who", ["lanhdao", "truongthon", "kythuat"])
def test_who_does_not_write_the_dictionary_is_refused(commune, who):
    row = commune.call("canbo", "POST", PATH, json=ROW)
    for method, path, options in (
        ("POST", PATH, {"json": ROW}),
        ("POST", f"{PATH}.tsv", {"content": "A\tb\n"}),
    ):
        assert "không được sửa từ điển" in commune.error(who, method, path, 403, **options)
    commune.error(who, "DELETE", f"{PATH}/{row['id']}", 404 if who == "truongthon" else 403)
    commune.error("truongthon", "GET", f"{PATH}?area_id=khuoi-khit", 403)
    assert [r["id"] for r in commune.call(who, "GET", PATH)["items"]] == [row["id"]]


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({"written": " ", "spoken": "a"}, "Chưa có chữ viết"),
        ({"written": "QL4", "spoken": " "}, "chưa có cách đọc"),
        ({"written": "QL4", "spoken": "quốc lộ 4"}, "hãy viết bằng chữ"),
        ({"written": "#", "spoken": "thăng"}, "dấu #"),
        ({"written": "A\0", "spoken": "a"}, "ký tự"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused(commune, body, part):
    assert part in commune.error("canbo", "POST", PATH, 422, json=body)
    assert part in commune.error("canbo", "POST", f"{PATH}/preview", 422, json=body)


def test_a_table_goes_out_and_comes_in_whole(commune):
    commune.call("canbo", "POST", PATH, json=ROW)
    table = (
        "chữ viết\tcách đọc\tđứng sau\nQLDAXYZ\tquản lý dự án mới\nTTVH\ttrung tâm văn hóa\nCĐ\tcông đoàn\tBCH; hội\n"
    )
    for content in (table.encode(), table.encode("utf-16")):
        commune.call("canbo", "POST", f"{PATH}.tsv", content=content)
    done = commune.call("canbo", "POST", f"{PATH}.tsv", content=table.encode())
    assert done == {"added": 0, "changed": 0, "same": 3}
    answer = commune.client.get(f"/api/v1{PATH}.tsv", headers={"Authorization": f"Bearer {commune.token('canbo')}"})
    assert "QLDAXYZ\tquản lý dự án mới" in answer.text
    assert "CĐ\tcông đoàn\tBCH; hội" in answer.text
    assert commune.call("canbo", "POST", f"{PATH}.tsv", content=answer.content)["same"] == 3
    assert acts(commune) == ["dictionary.add", "dictionary.import"]


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("TTVH\ttrung tâm\nABC\nQL4\tquốc lộ 4\n".encode(), "Dòng 2: Dòng chỉ có một cột"),
        ("TTVH\ttrung tâm văn hóa\nTTVH\tthông tin văn hóa\n".encode(), "có hai cách đọc"),
        ("TTVH\ttrung tâm văn hóa".encode("windows-1258", "ignore") + b"\xff\xfe", "UTF-8"),
        (b"\n\n", "không có dòng nào"),
    ],
)
def test_a_bad_table_changes_nothing(commune, content, part):
    assert part in commune.error("canbo", "POST", f"{PATH}.tsv", 422, content=content)
    assert commune.call("canbo", "GET", PATH)["items"] == []
    assert acts(commune) == []
