"""Renders `sources.py` in every format beside this file: `python make_documents.py`.

Needs python-docx, LibreOffice (with the Liberation fonts), pypdfium2, Pillow and glibc's iconv (an encoder that shares nothing
with the decoder under test). The outputs are kept in the repository, so that tests do not depend on any of these.
"""

import html
import json
import random
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

import docx
import pypdfium2
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt
from PIL import Image, ImageFilter

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from sources import DOCUMENTS, Source, Table  # noqa: E402 (a script beside its data)

NUMBERED = {"thong-bao-rac", "ke-hoach-dai-doan-ket", "tuyen-truyen-pccc"}
SCANNED = ("thong-bao-rac", "cong-van-lu", "thong-bao-dang-uy", "cong-dien-bao")
TCVN3 = ("thong-bao-thon", "thong-bao-rac", "ke-hoach-dai-doan-ket")
VNI = ("giay-moi-hop", "thong-bao-thon")


def expected(source: Source) -> list[dict[str, object]]:
    head = [
        *(("issuer", line) for line in source.issuer),
        ("document_number", source.number),
        ("title", source.subject),
        *(("motto", line) for line in source.motto),
        ("place_date", source.place_date),
        *(("title", line) for line in source.title),
    ]
    recipients = ("Nơi nhận:", *source.recipients) if source.recipients else ()
    foot = [*(("recipients", line) for line in recipients), *(("signature", line) for line in source.signature)]
    out: list[dict[str, object]] = [{"kind": kind, "text": text} for kind, text in head if text]
    for item in source.body:
        if isinstance(item, Table):
            out.append(
                {"kind": "table_row", "text": " | ".join(item.header), "cells": item.header, "header": item.header}
            )
            out += [
                {"kind": "table_row", "text": " | ".join(row), "cells": row, "header": item.header} for row in item.rows
            ]
        else:
            out.append({"kind": item.kind, "text": item.text} | ({"marker": item.marker} if item.marker else {}))
    return out + [{"kind": kind, "text": text} for kind, text in foot]


# --- Word ---------------------------------------------------------------------------------------------------------------------


class Writer:
    """One .docx. `font(text)` says how a text is typed: its characters and the font's name."""

    def __init__(self, source: Source, font=lambda text: (text, "Times New Roman")) -> None:
        self.source, self.font = source, font
        self.doc = docx.Document()
        for rels in (self.doc.part.package.rels, self.doc.part.rels):
            for key in [key for key, rel in rels.items() if rel.reltype.endswith(("thumbnail", "stylesWithEffects"))]:
                del rels[key]
        section = self.doc.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = (
            Cm(3),
            Cm(2),
            Cm(2),
            Cm(2),
        )
        style = self.doc.styles["Normal"]
        style.font.name, style.font.size = "Times New Roman", Pt(13)
        style.element.rPr.rFonts.set(qn("w:eastAsia"), "Times New Roman")
        style.paragraph_format.space_after = Pt(3)
        self.lists: dict[str, int] = {}

    def text(self, paragraph, text: str, *, bold=False, italic=False, size=13, align=None):
        typed, name = self.font(text)
        run = paragraph.add_run(typed)
        run.font.name, run.font.bold, run.font.italic, run.font.size = name, bold or None, italic or None, Pt(size)
        if align is not None:
            paragraph.alignment = align
        return paragraph

    def numbered(self, paragraph, marker: str) -> None:
        family = "digit" if marker[0].isdigit() else "dash" if marker == "-" else "letter"
        if family not in self.lists or marker in {"1.", "a)"}:
            self.lists[family] = self._new_list(family)
        properties = paragraph._p.get_or_add_pPr()
        properties.append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="{self.lists[family]}"/></w:numPr>')
        )

    def _new_list(self, family: str) -> int:
        numbering = self.doc.part.numbering_part.element
        form, text = {"digit": ("decimal", "%1."), "letter": ("lowerLetter", "%1)"), "dash": ("bullet", "-")}[family]
        abstract_id = 900 + len(numbering.findall(qn("w:abstractNum")))
        abstract = parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{abstract_id}"><w:multiLevelType w:val="singleLevel"/>'
            f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
            '<w:pPr><w:ind w:left="720" w:hanging="360"/></w:pPr></w:lvl></w:abstractNum>'
        )
        numbering.insert(0, abstract)
        return numbering.add_num(abstract_id).numId

    def head(self) -> None:
        source = self.source
        if not source.motto:
            for line in source.issuer:
                self.text(self.doc.add_paragraph(), line, bold=True)
            return
        table = self.doc.add_table(rows=2, cols=2)
        center = WD_ALIGN_PARAGRAPH.CENTER
        self._fill(
            table.cell(0, 0),
            [(line, at == len(source.issuer) - 1) for at, line in enumerate(source.issuer)],
            center,
            rule=True,
        )
        self._fill(table.cell(0, 1), [(line, True) for line in source.motto], center, rule=True)
        left = [(source.number, False)] + ([(source.subject, False)] if source.subject else [])
        self._fill(table.cell(1, 0), left, center)
        cell = table.cell(1, 1).paragraphs[0]
        self.text(cell, source.place_date, italic=True, align=WD_ALIGN_PARAGRAPH.RIGHT)

    def _fill(self, cell, lines, align, *, rule=False) -> None:
        for at, (line, bold) in enumerate(lines):
            paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
            self.text(paragraph, line, bold=bold, size=11, align=align)
        if rule:
            cell.add_paragraph("-------").alignment = align

    def body(self) -> None:
        source = self.source
        center, justify = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
        if source.stamp:
            self.text(self.doc.add_paragraph(), source.stamp, bold=True)
        for line in source.title:
            self.text(self.doc.add_paragraph(), line, bold=True, size=14, align=center)
        for item in source.body:
            if isinstance(item, Table):
                self.table(item)
                continue
            paragraph = self.doc.add_paragraph()
            numbered = item.marker and source.slug in NUMBERED
            if numbered:
                self.numbered(paragraph, item.marker)
            text = f"{item.marker} {item.text}" if item.marker and not numbered else item.text
            heading = item.kind == "heading"
            if item.kind == "paragraph":
                paragraph.paragraph_format.first_line_indent = Cm(1)
            self.text(paragraph, text, bold=heading, align=center if heading and text.isupper() else justify)

    def table(self, item: Table) -> None:
        table = self.doc.add_table(rows=1, cols=len(item.header), style="Table Grid")
        for cell, text in zip(table.rows[0].cells, item.header, strict=True):
            self.text(cell.paragraphs[0], text, bold=True, size=12)
        for row in item.rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                self.text(cell.paragraphs[0], text, size=12)
        for column, first, last in item.merge_down:
            for at in range(first + 1, last + 1):
                table.cell(at + 1, column).paragraphs[0].clear()
            table.cell(first + 1, column).merge(table.cell(last + 1, column))

    def foot(self) -> None:
        source = self.source
        if not source.signature:
            return
        table = self.doc.add_table(rows=1, cols=2)
        if source.recipients:
            self.text(table.cell(0, 0).paragraphs[0], "Nơi nhận:", bold=True, italic=True, size=12)
            for line in source.recipients:
                self.text(table.cell(0, 0).add_paragraph(), line, size=11)
        self._fill(table.cell(0, 1), [(line, True) for line in source.signature], WD_ALIGN_PARAGRAPH.CENTER)
        self.doc.add_paragraph()  # Word never ends a document with a table

    def save(self, path: Path) -> None:
        self.head()
        self.body()
        self.foot()
        self.doc.core_properties.author = ""
        self.doc.save(str(path))


# --- Encodings ----------------------------------------------------------------------------------------------------------------

_VNI_MARKS = {
    "\u0301": "ù", "\u0300": "ø", "\u0309": "û", "\u0303": "õ", "\u0323": "ï", "\u0302": "â", "\u0306": "ê",
    "\u0302\u0301": "á", "\u0302\u0300": "à", "\u0302\u0309": "å", "\u0302\u0303": "ã", "\u0302\u0323": "ä",
    "\u0306\u0301": "é", "\u0306\u0300": "è", "\u0306\u0309": "ú", "\u0306\u0303": "ü", "\u0306\u0323": "ë",
}  # fmt: skip
_VNI_WHOLE = {"đ": "ñ", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î", "ì": "ì", "í": "í", "ơ": "ô", "ư": "ö"}


def vni(text: str) -> str:
    """Typed as VNI: the letter, then a mark for circumflex or breve and tone together; case of the mark follows the letter."""
    out = []
    for char in text:
        lower = char.lower()
        typed = _VNI_WHOLE.get(lower)
        if typed is None and not char.isascii() and char.isalpha():
            parts = unicodedata.normalize("NFD", lower)
            base, marks = parts[0], parts[1:]
            if "\u031b" in marks:
                base, marks = _VNI_WHOLE[{"o": "ơ", "u": "ư"}[base]], marks.replace("\u031b", "")
            marks = "".join(sorted(marks, key="\u0302\u0306".find, reverse=True))
            typed = base + (_VNI_MARKS[marks] if marks else "")
        typed = typed or char
        out.append(typed.upper() if char.isupper() else typed)
    return "".join(out)


def iconv(text: str, charset: str) -> bytes:
    return subprocess.run(
        ["iconv", "-f", "UTF-8", "-t", charset], input=text.encode(), capture_output=True, check=True
    ).stdout


def tcvn3(text: str) -> bytes:
    """Typed in .VnTime: capitals exist only for the bare letters, so an accented capital is typed as its small letter."""
    kept = "ĂÂÊÔƠƯĐ"
    typed = "".join(c if c.isascii() or c in kept else c.lower() for c in text)
    dashes = typed.replace("–", "-")
    return iconv(dashes, "TCVN")


def tcvn3_font(text: str) -> tuple[str, str]:
    if text.isupper():
        return tcvn3(text.lower()).decode("latin-1"), ".VnTimeH"
    return tcvn3(text).decode("latin-1"), ".VnTime"


# --- Plain text, web --------------------------------------------------------------------------------------------------------


def plain(source: Source, *, tabs: bool) -> str:
    left = [*source.issuer, *([source.number] if source.number else []), *([source.subject] if source.subject else [])]
    right = [*source.motto, *([source.place_date] if source.place_date else [])]
    lines: list[str] = []
    if tabs and right:
        height = max(len(left), len(right))
        pad = lambda column: column + [""] * (height - len(column))  # noqa: E731 (used on the next line only)
        lines += [f"{a}\t{b}" for a, b in zip(pad(left), pad(right), strict=True)]
    else:
        lines += left + right
    lines += ["", *([source.stamp] if source.stamp else []), *source.title, ""]
    for item in source.body:
        if isinstance(item, Table):
            lines += ["\t".join(row) for row in (item.header, *item.rows)]
        else:
            lines.append(f"{item.marker} {item.text}".strip())
    lines.append("")
    recipients = ["Nơi nhận:", *source.recipients] if source.recipients else []
    if tabs and recipients:
        height = max(len(recipients), len(source.signature))
        pad = lambda column: [*column] + [""] * (height - len(column))  # noqa: E731 (used on the next line only)
        lines += [f"{a}\t{b}".rstrip() for a, b in zip(pad(recipients), pad(source.signature), strict=True)]
    else:
        lines += [*recipients, *source.signature]
    return "\n".join(lines) + "\n"


def web(source: Source) -> str:
    def cell(lines, tag="td") -> str:
        return f"<{tag}>" + "<br>".join(html.escape(line) for line in lines) + f"</{tag}>"

    out = [
        "<!DOCTYPE html>",
        "<html><head><meta charset='utf-8'><title>Cổng thông tin điện tử</title>",
        "<style>p{margin:0}</style></head><body>",
    ]
    if source.motto:
        left = [*source.issuer, source.number] + ([source.subject] if source.subject else [])
        out.append(f"<table width='100%'><tr>{cell(left)}{cell([*source.motto, source.place_date])}</tr></table>")
    else:
        out += [f"<p><b>{html.escape(line)}</b></p>" for line in source.issuer]
    if source.stamp:
        out.append(f"<p><strong>{source.stamp}</strong></p>")
    out += [f"<p align='center'><strong>{html.escape(line)}</strong></p>" for line in source.title]
    for item in source.body:
        if isinstance(item, Table):
            out.append("<table border='1'>")
            out.append("<tr>" + "".join(cell([text], "th") for text in item.header) + "</tr>")
            merged = {(at, column): last - first + 1 for column, first, last in item.merge_down for at in [first]}
            covered = {(at, column) for column, first, last in item.merge_down for at in range(first + 1, last + 1)}
            for at, row in enumerate(item.rows):
                cells = [
                    cell([text]).replace(
                        "<td>", f"<td rowspan='{merged[at, column]}'>" if (at, column) in merged else "<td>"
                    )
                    for column, text in enumerate(row)
                    if (at, column) not in covered
                ]
                out.append("<tr>" + "".join(cells) + "</tr>")
            out.append("</table>")
        elif item.kind == "heading":
            out.append(f"<p><b>{html.escape(item.text)}</b></p>")
        else:
            out.append(f"<p>{html.escape(f'{item.marker} {item.text}'.strip())}</p>")
    if source.signature:
        recipients = ["Nơi nhận:", *source.recipients] if source.recipients else []
        out.append(f"<table><tr>{cell(recipients)}{cell(source.signature)}</tr></table>")
    return "\n".join([*out, "</body></html>", ""])


# --- Scans ------------------------------------------------------------------------------------------------------------------


def scan(pdf: Path, *, angle: float, noise: int, seed: int) -> list[Image.Image]:
    """The pages as a tired scanner gives them: grey, askew, speckled, a little soft."""
    pages = []
    document = pypdfium2.PdfDocument(pdf)
    rng = random.Random(seed)
    for page in document:
        image = page.render(scale=170 / 72).to_pil().convert("L")
        image = image.rotate(angle, resample=Image.Resampling.BICUBIC, expand=False, fillcolor=244)
        image = image.filter(ImageFilter.GaussianBlur(0.5))
        speckle = Image.frombytes("L", image.size, bytes(rng.choices(range(256), k=image.width * image.height)))
        image = Image.blend(image, speckle, noise / 100).point(lambda value: min(255, value + 14))
        pages.append(image)
    return pages


def soffice(form: str, sources: list[Path], out: Path) -> None:
    with tempfile.TemporaryDirectory() as profile:
        command = [
            "soffice",
            f"-env:UserInstallation=file://{profile}",
            "--headless",
            "--convert-to",
            form,
            "--outdir",
            str(out),
        ]
        subprocess.run([*command, *map(str, sources)], check=True, capture_output=True)


def main() -> None:
    for source in DOCUMENTS:
        (HERE / f"{source.slug}.json").write_text(
            json.dumps(expected(source), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        Writer(source).save(HERE / f"{source.slug}.docx")
        (HERE / f"{source.slug}.txt").write_text(plain(source, tabs=True), encoding="utf-8")
        (HERE / f"{source.slug}.html").write_text(web(source), encoding="utf-8")
    by_slug = {source.slug: source for source in DOCUMENTS}
    for slug in TCVN3:
        Writer(by_slug[slug], tcvn3_font).save(HERE / f"{slug}.tcvn3.docx")
    for slug in VNI:
        Writer(by_slug[slug], lambda text: (vni(text), "VNI-Times")).save(HERE / f"{slug}.vni.docx")
    for source in DOCUMENTS:
        text = plain(source, tabs=False)
        encoders = {
            "tcvn3": tcvn3,
            "vni": lambda t: vni(t).encode("cp1252"),
            "viscii": lambda t: iconv(t, "VISCII"),
            "cp1258": lambda t: iconv(t, "CP1258"),
        }
        for name, encode in encoders.items():
            if "°" not in text or name in {"vni", "cp1258"}:  # the others have no degree sign
                (HERE / f"{source.slug}.{name}.txt").write_bytes(encode(text))
        (HERE / f"{source.slug}.utf16.txt").write_bytes(plain(source, tabs=True).encode("utf-16"))
    documents = [HERE / f"{source.slug}.docx" for source in DOCUMENTS]
    for form in ("doc", "odt", "rtf", "pdf"):
        soffice(form, documents, HERE)
    for at, slug in enumerate(SCANNED):
        pages = scan(HERE / f"{slug}.pdf", angle=(0.9, -1.2, 0.0, 1.6)[at], noise=(14, 10, 18, 8)[at], seed=at)
        if at % 2 == 0:
            pages[0].save(HERE / f"{slug}.scan.pdf", save_all=True, append_images=pages[1:], resolution=170, quality=40)
        else:
            pages[0].save(HERE / f"{slug}.scan.jpg", quality=40)


if __name__ == "__main__":
    main()
