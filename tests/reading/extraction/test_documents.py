"""The ten documents in every format against the text and the parts their author meant (see data/documents/sources.py)."""

import hashlib
import json
from pathlib import Path

import pytest

from reading.document import Document
from reading.extraction import extract
from reading.extraction.limits import DEFAULT
from reading.extraction.readers import read_document

DOCUMENTS = Path(__file__).parents[1] / "data" / "documents"
FILES = sorted(path for path in DOCUMENTS.iterdir() if path.suffix not in {".json", ".py"} and path.is_file())
CONVERTED = {".doc", ".odt", ".rtf"}
BORN_DIGITAL = [path for path in FILES if path.suffix not in CONVERTED and ".scan" not in path.suffixes]
ENCODINGS = {
    ".tcvn3.docx": "TCVN3 (.VnTime",
    ".vni.docx": "VNI (VNI-Times)",
    ".tcvn3.txt": "TCVN3",
    ".vni.txt": "VNI",
    ".viscii.txt": "VISCII",
    ".cp1258.txt": "Windows-1258",
    ".utf16.txt": "UTF-16",
    ".txt": "UTF-8",
    ".html": "UTF-8",
    ".docx": "Unicode",
    ".pdf": "Unicode",
}


def expectation(path: Path) -> list[dict]:
    return json.loads((DOCUMENTS / f"{path.name.split('.')[0]}.json").read_text(encoding="utf-8"))


def comparable(path: Path, blocks: list[dict]) -> list[tuple]:
    """What must agree. TCVN3 has no accented capitals; plain text has no bold that sets a heading apart from an item."""
    fold = str.lower if ".tcvn3" in path.suffixes else str
    plain = path.suffix == ".txt" or ".scan" in path.suffixes
    out = []
    for block in blocks:
        kind, text, marker = block["kind"], fold(block["text"]), block.get("marker", "")
        if plain and kind in {"heading", "list_item"}:
            kind, text, marker = "item", f"{marker} {text}".strip(), ""
        cells, header = (tuple(map(fold, block.get(name, ()))) for name in ("cells", "header"))
        out.append((kind, text, marker, cells, header))
    return out


def as_read(document: Document) -> list[dict]:
    return [block.model_dump(mode="json") for block in document.blocks if block.kind != "page_furniture"]


def check(path: Path, document: Document) -> None:
    assert comparable(path, as_read(document)) == comparable(path, expectation(path))


@pytest.mark.parametrize("path", BORN_DIGITAL, ids=lambda path: path.name)
def test_every_word_and_part_of_a_born_digital_document(path, tmp_path):
    document = read_document(path, path.name, DEFAULT, tmp_path)
    check(path, document)
    suffix = "".join(path.suffixes)
    assert document.encoding.startswith(ENCODINGS[suffix])
    assert document.format == path.suffix[1:]


@pytest.mark.soffice
@pytest.mark.parametrize("name", ["ke-hoach-dai-doan-ket.doc", "cong-van-lu.odt", "lich-tiem-chung.rtf"])
def test_older_formats_through_libreoffice(name):
    document = extract(DOCUMENTS / name)
    check(DOCUMENTS / name, document)
    assert document.format == Path(name).suffix[1:]


@pytest.mark.long
@pytest.mark.soffice
@pytest.mark.parametrize("path", [path for path in FILES if path.suffix in CONVERTED], ids=lambda path: path.name)
def test_all_documents_through_libreoffice(path):
    check(path, extract(path))


@pytest.mark.tesseract
@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("thong-bao-rac.scan.pdf", "pdf-scan"),
        ("thong-bao-dang-uy.scan.pdf", "pdf-scan"),
        ("cong-van-lu.scan.jpg", "image"),
        ("cong-dien-bao.scan.jpg", "image"),
    ],
)
def test_noisy_scans_are_97_percent_right(name, form):
    path = DOCUMENTS / name
    document = extract(path)
    expected = " ".join(f"{block.get('marker', '')} {block['text']}".strip() for block in expectation(path))
    found = " ".join(f"{block['marker']} {block['text']}".strip() for block in as_read(document))
    assert edits(expected, found) <= 0.03 * len(expected)
    assert (document.format, document.encoding) == (form, "OCR")
    assert any("OCR" in warning for warning in document.warnings)
    assert body_kinds(as_read(document)) == body_kinds(expectation(path))


def body_kinds(blocks: list[dict]) -> list[str]:
    read = [block["kind"] for block in blocks]
    return ["item" if kind in {"heading", "list_item"} else kind for kind in read]


def edits(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            new.append(min(new[-1] + 1, row[j] + 1, row[j - 1] + (x != y)))
        row = new
    return row[-1]


def test_a_document_carries_its_name_hash_and_pages():
    path = DOCUMENTS / "thong-bao-rac.pdf"
    document = extract(path, name="Thông báo rác.pdf")
    assert document.name == "Thông báo rác.pdf"
    assert document.pages == 1
    assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_merged_cell_is_repeated_in_each_row_it_covers():
    document = extract(DOCUMENTS / "ke-hoach-dai-doan-ket.docx")
    rows = [block.cells for block in document.blocks if block.header != block.cells]
    assert [row[:2] for row in rows] == [("14/11/2026", "Sáng"), ("14/11/2026", "Chiều"), ("15/11/2026", "Sáng")]
