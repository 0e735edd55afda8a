"""Files that are broken, locked, too large or meant to harm: a clear error in Vietnamese, and nothing left behind."""

import random
import resource
import time
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from reading.document import Document
from reading.errors import ExtractionFailedError, ReadingError, UnreadableDocumentError
from reading.extraction import Limits, extract
from reading.extraction.limits import DEFAULT
from reading.extraction.readers import read_document

DOCUMENTS = Path(__file__).parents[1] / "data" / "documents"
DOCX = DOCUMENTS / "thong-bao-thon.docx"


def rezipped(source: Path, target: Path, *, replace=None, add=None, drop=()) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename not in drop:
                new.writestr(item.filename, (replace or {}).get(item.filename, lambda data: data)(old.read(item)))
        for name, data in (add or {}).items():
            new.writestr(name, data)
    return target


def empty(path):
    path.write_bytes(b"")


def program(path):
    path.write_bytes(b"MZ\x90\x00" + random.Random(1).randbytes(4000))


def truncated_docx(path):
    path.write_bytes(DOCX.read_bytes()[:9000])


def damaged_docx(path):
    data = bytearray(DOCX.read_bytes())
    for at in range(2000, len(data) - 3000, 97):
        data[at] ^= 0x5A
    path.write_bytes(data)


def headless_docx(path):
    rezipped(DOCX, path, drop={"word/document.xml"})


def half_xml_docx(path):
    rezipped(DOCX, path, replace={"word/document.xml": lambda data: data[: len(data) // 2]})


def bomb_docx(path):
    rezipped(DOCX, path, replace={"word/document.xml": lambda data: data + b" " * 300_000_000})


def half_bomb_docx(path):
    part = (random.Random(2).randbytes(320) + b" " * 30_000) * 500  # some eighty to one: each part alone is no bomb
    rezipped(DOCX, path, add={f"word/media/{at}.bin": part for at in range(16)})


def locked_docx(path):
    path.write_bytes((DOCUMENTS / "hostile" / "locked.docx").read_bytes())


def locked_pdf(path):
    path.write_bytes((DOCUMENTS / "hostile" / "locked.pdf").read_bytes())


def truncated_pdf(path):
    path.write_bytes(b"%PDF-1.7\n" + random.Random(3).randbytes(3000))


def long_pdf(path):
    document = pypdfium2.PdfDocument.new()
    for _ in range(300):
        document.new_page(595, 842)
    document.save(path)


def long_docx(path):
    page = b'<w:p><w:r><w:t>Trang</w:t><w:br w:type="page"/></w:r></w:p>'
    rezipped(
        DOCX, path, replace={"word/document.xml": lambda data: data.replace(b"<w:body>", b"<w:body>" + page * 300)}
    )


def long_txt(path):
    path.write_text("Bà con thực hiện đúng lịch.\n" * 20_000, encoding="utf-8")


def spreadsheet(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")


def zipped(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(DOCX, "thong-bao.docx")


def broken_jpg(path):
    path.write_bytes((DOCUMENTS / "cong-van-lu.scan.jpg").read_bytes()[:700])


def pdf_named_docx(path):
    path.write_bytes((DOCUMENTS / "thong-bao-thon.pdf").read_bytes())


def heic(path):
    path.write_bytes(b"\x00\x00\x00\x18ftypheic" + bytes(100))


HOSTILE = [
    (empty, "van-ban.docx", "rỗng"),
    (program, "van-ban.docx", "chương trình"),
    (program, "van-ban.pdf", "chương trình"),
    (truncated_docx, "van-ban.docx", "hỏng"),
    (damaged_docx, "van-ban.docx", "hỏng"),
    (headless_docx, "van-ban.docx", "hỏng"),
    (half_xml_docx, "van-ban.docx", "hỏng"),
    (bomb_docx, "van-ban.docx", "bung ra quá lớn"),
    (half_bomb_docx, "van-ban.docx", "bung ra quá lớn"),
    (locked_docx, "van-ban.docx", "mật khẩu"),
    (locked_pdf, "van-ban.pdf", "mật khẩu"),
    (truncated_pdf, "van-ban.pdf", "hỏng"),
    (long_pdf, "van-ban.pdf", "300 trang"),
    (long_docx, "van-ban.docx", "301 trang"),
    (long_txt, "van-ban.txt", "quá dài"),
    (spreadsheet, "bang.xlsx", "Excel"),
    (zipped, "van-ban.zip", "nén"),
    (broken_jpg, "anh.jpg", "hỏng"),
    (pdf_named_docx, "van-ban.docx", "đuôi “.docx”"),
    (heic, "anh.jpg", "HEIC"),
]


@pytest.mark.parametrize(
    ("make", "name", "says"), HOSTILE, ids=[f"{make.__name__}-{name}" for make, name, _ in HOSTILE]
)
def test_what_happened_and_what_to_do_is_said_in_vietnamese(make, name, says, tmp_path, scratch):
    path = tmp_path / name
    make(path)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnreadableDocumentError) as caught:
        extract(path)
    assert says in str(caught.value)
    assert "Hãy" in str(caught.value) or "hãy" in str(caught.value)
    assert list(scratch.iterdir()) == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 80_000


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(UnreadableDocumentError, match="Không mở được tệp"):
        extract(tmp_path / "khong-co.docx")
    with pytest.raises(UnreadableDocumentError, match="không phải là một tệp"):
        extract(tmp_path)


def test_a_file_over_the_limit_is_not_opened(tmp_path):
    path = tmp_path / "to.txt"
    path.write_bytes(b"a" * 2_000_000)
    with pytest.raises(UnreadableDocumentError, match="giới hạn 1 MB"):
        extract(path, limits=Limits(file_mb=1))


def test_macros_are_left_out_and_said_so(tmp_path):
    types = "[Content_Types].xml"
    path = rezipped(
        DOCX,
        tmp_path / "van-ban.docm",
        replace={
            types: lambda data: data.replace(
                b"wordprocessingml.document.main", b"wordprocessingml.document.macroEnabled.main"
            )
        },
        add={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0 Sub AutoOpen()"},
    )
    document = extract(path)
    assert any(block.text == "THÔNG BÁO" for block in document.blocks)
    assert any("macro không được chạy" in warning for warning in document.warnings)


def test_a_pdf_that_only_forbids_changes_is_read():
    document = extract(DOCUMENTS / "hostile" / "owner-locked.pdf")
    assert any(block.text == "THÔNG BÁO" for block in document.blocks)


@pytest.mark.tesseract
@pytest.mark.parametrize("kind", ["blank", "noise"])
def test_a_picture_without_text(kind, tmp_path, scratch):
    path = tmp_path / "anh.png"
    pixels = b"\xff" * 640_000 if kind == "blank" else random.Random(4).randbytes(640_000)
    Image.frombytes("L", (800, 800), pixels).save(path)
    with pytest.raises(UnreadableDocumentError, match="Không nhận ra chữ nào"):
        extract(path)
    assert list(scratch.iterdir()) == []


def many_paragraphs(path: Path, count: int) -> Path:
    text = "".join(f"<w:p><w:r><w:t>Dòng số {at} của văn bản dài</w:t></w:r></w:p>" for at in range(count)).encode()
    return rezipped(
        DOCX, path, replace={"word/document.xml": lambda data: data.replace(b"<w:body>", b"<w:body>" + text)}
    )


def test_memory_is_bounded_in_the_process_that_reads(tmp_path, scratch):
    path = many_paragraphs(tmp_path / "nhieu.docx", 300_000)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ReadingError) as caught:
        extract(path, limits=Limits(memory_mb=180, unpack_ratio=10_000))
    assert isinstance(caught.value, ExtractionFailedError)
    assert "đài vẫn chạy bình thường" in str(caught.value)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 80_000
    assert list(scratch.iterdir()) == []


def processes_in(folder: Path) -> list[str]:
    out = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and str(folder) in str((entry / "cwd").readlink()):
                out.append(entry.name)
        except OSError:
            continue
    return out


@pytest.mark.tesseract
def test_time_is_bounded_and_nothing_lives_on(tmp_path, scratch):
    page = Image.open(DOCUMENTS / "cong-van-lu.scan.jpg")
    path = tmp_path / "quet.tiff"
    page.save(path, save_all=True, append_images=[page] * 12, compression="tiff_deflate")
    with pytest.raises(ExtractionFailedError, match="hơn 2 giây"):
        extract(path, limits=Limits(time_s=2))
    assert list(scratch.iterdir()) == []
    deadline = time.monotonic() + 30  # who was killed is gone when the kernel comes to it
    while (left := processes_in(scratch)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


def test_a_missing_tool_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ExtractionFailedError, match="libreoffice-writer"):
        extract(DOCUMENTS / "thong-bao-thon.odt")
    with pytest.raises(ExtractionFailedError, match="tesseract-ocr-vie"):
        extract(DOCUMENTS / "cong-van-lu.scan.jpg")


def test_entities_of_xml_are_not_expanded(tmp_path):
    declared = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'

    def poison(data: bytes) -> bytes:
        body = data.split(b"?>", 1)[1]
        return declared + body.replace(b"<w:body>", b"<w:body><w:p><w:r><w:t>x&b;&f;</w:t></w:r></w:p>", 1)

    path = rezipped(DOCX, tmp_path / "van-ban.docx", replace={"word/document.xml": poison})
    text = " ".join(block.text for block in extract(path).blocks)
    assert "root:" not in text
    assert "aaaaaaaaaa" not in text


def is_document_or_said(reading) -> bool:
    try:
        return isinstance(reading(), Document)
    except ReadingError as error:
        return len(str(error)) > 20


ENDINGS = [".docx", ".doc", ".odt", ".rtf", ".pdf", ".jpg", ".png", ".txt", ".html", ".exe", ".zip", ""]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(min_size=1, max_size=4000), ending=st.sampled_from(ENDINGS))
def test_any_bytes_under_any_name_give_a_document_or_an_error_of_this_room(data, ending, tmp_path):
    path = tmp_path / f"tep{ending}"
    path.write_bytes(data)
    assert is_document_or_said(lambda: extract(path))


SEEDS = [
    DOCX,
    DOCUMENTS / "thong-bao-thon.html",
    DOCUMENTS / "thong-bao-thon.pdf",
    DOCUMENTS / "thong-bao-thon.vni.txt",
]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.sampled_from(SEEDS),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6),
)
def test_damaged_documents_give_a_document_or_an_error_of_this_room(seed, cuts, tmp_path):
    data = bytearray(seed.read_bytes())
    for place, piece in cuts:
        at = int(place * (len(data) - 1))
        data[at : at + len(piece)] = piece
    path = tmp_path / f"tep{seed.suffix}"
    path.write_bytes(data)
    assert is_document_or_said(lambda: read_document(path, path.name, DEFAULT, tmp_path))
