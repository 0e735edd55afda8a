"""The parts of a .docx, by their roles."""

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from reading.errors import UnreadableDocumentError
from reading.extraction.archive import open_archive, read_part
from reading.extraction.limits import Limits

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MAIN = re.compile(
    r'PartName="/([^"]+)"[^>]*ContentType="[^"]*(?:document|template)(?:\.macroEnabled[^"]*)?\.main\+xml"'
)
_MAIN_TURNED = re.compile(
    r'ContentType="[^"]*(?:document|template)(?:\.macroEnabled[^"]*)?\.main\+xml"[^>]*PartName="/([^"]+)"'
)
_PAGES = re.compile(rb"<(?:\w+:)?Pages>(\d+)<")
_PICTURE = re.compile(r"word/media/.+\.(png|jpe?g|tiff?|bmp)", re.IGNORECASE)
_BROKEN = "Tệp Word bị hỏng, không đọc được. Hãy mở tệp bằng Word, lưu thành tệp mới rồi gửi lại, hoặc xin lại bản gốc."


@dataclass(frozen=True, slots=True)
class Package:
    """Parsed parts; a missing part is None."""

    document: Any
    styles: Any
    numbering: Any
    footnotes: Any
    headers: list[Any] = field(default_factory=list)
    footers: list[Any] = field(default_factory=list)
    stated_pages: int = 0
    has_macros: bool = False
    pictures: tuple[str, ...] = ()


def open_package(path: Path, limits: Limits) -> Package:
    """The parts of the .docx at `path`. Raises UnreadableDocumentError where it is damaged, locked or a zip bomb."""
    with open_archive(path, limits) as archive:
        names = archive.namelist()
        types = read_part(archive, "[Content_Types].xml").decode("utf-8", errors="replace")
        found = _MAIN.search(types) or _MAIN_TURNED.search(types)
        main = found[1] if found else "word/document.xml"
        document = _parse(archive, main)
        if document is None or document.find(f"{W}body") is None:
            raise UnreadableDocumentError(_BROKEN)
        pages = _PAGES.search(read_part(archive, "docProps/app.xml"))
        return Package(
            document=document,
            styles=_parse(archive, "word/styles.xml"),
            numbering=_parse(archive, "word/numbering.xml"),
            footnotes=_parse(archive, "word/footnotes.xml"),
            headers=[_parse(archive, name) for name in sorted(names) if re.fullmatch(r"word/header\d*\.xml", name)],
            footers=[_parse(archive, name) for name in sorted(names) if re.fullmatch(r"word/footer\d*\.xml", name)],
            stated_pages=int(pages[1]) if pages else 0,
            has_macros=any(name.lower().endswith("vbaproject.bin") for name in names) or "macroEnabled" in types,
            pictures=tuple(sorted(filter(_PICTURE.fullmatch, names), key=lambda name: (len(name), name))),
        )


def _parse(archive: zipfile.ZipFile, name: str) -> Any:
    data = read_part(archive, name)
    if not data:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data.replace(_STRICT, _TRANSITIONAL), parser)
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise UnreadableDocumentError(_BROKEN) from error
    except ValueError as error:
        raise UnreadableDocumentError(_BROKEN) from error
