"""What is wrong is refused in Vietnamese, and leaves nothing behind."""

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import SQLModel, func, select

LETTERS = re.compile(r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)


def rows(commune):
    """How many rows each table has, what acts of signing in leave apart."""
    with commune.station().database.read() as session:
        return {
            name: session.exec(select(func.count()).select_from(table)).one()
            for name, table in SQLModel.metadata.tables.items()
            if name not in {"signin", "auditentry"}
        }


def files(commune):
    return (
        sorted(p.name for p in commune.settings.document_dir.rglob("*"))
        if commune.settings.document_dir.exists()
        else []
    )


@pytest.fixture
def nothing_left(commune):
    """Fails when a test left a row or a file."""
    for who in ("canbo", "lanhdao", "truongthon"):
        commune.token(who)
    before = rows(commune), files(commune)
    yield
    assert (rows(commune), files(commune)) == before


def corrupt_docx():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document><w:body>hỏng")
    return out.getvalue()


BAD_FILES = {
    "empty": ("rong.docx", b""),
    "exe": ("van-ban.docx", b"MZ\x90\x00" + bytes(range(256)) * 40),
    "exe as txt": ("van-ban.txt", b"MZ\x90\x00" + bytes(range(256)) * 40),
    "corrupt docx": ("hong.docx", corrupt_docx()),
    "half a docx": ("nua.docx", corrupt_docx()[:90]),
    "corrupt pdf": ("hong.pdf", b"%PDF-1.4\n" + b"x" * 500),
    "only spaces": ("trang.txt", b"  \n \n"),
}


@pytest.mark.parametrize("case", BAD_FILES)
@pytest.mark.usefixtures("nothing_left")
def test_a_bad_file_makes_nothing(commune, case):
    name, content = BAD_FILES[case]
    answer = commune.call("canbo", "POST", "/bulletins", expect=422, files={"file": (name, content)})
    assert LETTERS.search(answer["error"]["message"])
    assert "Traceback" not in answer["error"]["message"]


@pytest.mark.usefixtures("nothing_left")
def test_a_file_too_large_is_refused_while_it_arrives(commune):
    size = commune.settings.max_upload_bytes + 5 * 1024 * 1024
    answer = commune.call("canbo", "POST", "/bulletins", expect=413, files={"file": ("to.txt", b"a" * size)})
    assert "MB" in answer["error"]["message"]


@pytest.mark.usefixtures("nothing_left")
def test_a_body_that_does_not_say_how_large_it_is_is_refused_while_it_arrives(commune):
    boundary, piece = "bien", b"a" * 1024 * 1024
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="to.txt"\r\n\r\n'.encode()

    def pieces():
        yield head
        for _ in range(commune.settings.max_upload_bytes // len(piece) + 5):
            yield piece

    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = commune.call("canbo", "POST", "/bulletins", expect=413, headers=kind, content=pieces())
    assert "MB" in answer["error"]["message"]


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"text": ""}, 422, "tệp"),
        ({"text": "   "}, 422, "nội dung"),
        ({"text": "Họp thôn.", "area_id": "khong-co"}, 404, "khong-co"),
        ({"text": "Họp thôn.", "field": "la"}, 422, "lĩnh vực"),
        ({"text": "Họp thôn.", "priority": "9"}, 422, "priority"),
        ({"text": "a" * 300_000}, 422, "dài"),
    ],
)
@pytest.mark.usefixtures("nothing_left")
def test_a_bad_text_makes_nothing(commune, fields, status, word):
    assert word in commune.error("canbo", "POST", "/bulletins", status, data=fields)


@pytest.fixture
def approved(commune):
    commune.speaker("loa-1")
    return commune.approved()


@pytest.mark.parametrize(
    ("change", "status", "word"),
    [
        ({"area_id": "khong-co"}, 404, "khong-co"),
        ({"area_id": "khuoi-khit"}, 409, "cụm loa"),
        ({"start_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}, 422, "đã qua"),
        ({"start_at": "2026-12-01T17:00:00"}, 422, "múi giờ"),
        ({"start_at": "mai"}, 422, "thời điểm"),
        ({"start_at": (datetime.now(UTC) + timedelta(days=1000)).isoformat()}, 422, "hai năm"),
        ({"rule": "FREQ=SECONDLY"}, 422, "hằng ngày"),
        ({"rule": "FREQ=DAILY;INTERVAL=0"}, 422, "từ 1"),
        ({"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, 422, "Không có ngày nào"),
        ({"rule": "RSCALE=VIETNAMESE;FREQ=MONTHLY;BYMONTHDAY=31"}, 422, "1 đến 30"),
        ({"version_id": "khong-co"}, 404, "bản tin"),
        ({"max_start_delay_s": -1}, 422, "max_start_delay_s"),
    ],
)
def test_a_bad_schedule_makes_nothing(commune, approved, change, status, word):
    before = rows(commune)
    body = {"version_id": approved, "area_id": "na-it", "start_at": commune.soon().isoformat(), **change}
    assert word in commune.error("canbo", "POST", "/schedules", status, json=body)
    assert rows(commune) == before


def test_what_is_not_approved_is_not_scheduled(commune):
    commune.speaker("loa-1")
    version = commune.bulletin()["version"]["id"]
    assert "chưa được duyệt" in commune.schedule(version, expect=409)["error"]["message"]


def test_what_nobody_understands_is_told_so(commune):
    assert "JSON" in commune.error(
        "canbo", "POST", "/schedules", 422, content=b"{", headers={"Content-Type": "application/json"}
    )
    assert commune.call("canbo", "GET", "/nowhere", expect=404)["error"]["code"] == "not_found"
    assert commune.call("canbo", "DELETE", "/areas", expect=405)["error"]["code"] == "method_not_allowed"


def test_the_disk_is_asked_before_the_row_is_kept(commune, monkeypatch):
    """When the file cannot be put in its place the transaction is rolled back."""
    from server.bulletins import files as files_module

    commune.token("canbo")
    before = rows(commune)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files_module, "keep", full)
    answer = commune.call("canbo", "POST", "/bulletins", expect=507, files={"file": ("a.txt", "Họp thôn.".encode())})
    assert "đầy" in answer["error"]["message"]
    assert rows(commune) == before
    assert files(commune) == []
