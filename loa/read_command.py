"""`loa read`: what a document will sound like, and why."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.text import Text

    from reading import Lexicon, Script, Sentence


def read(
    file: Annotated[
        Path | None, typer.Argument(help="Văn bản: .docx, .doc, .odt, .rtf, .pdf, ảnh, .txt, .html.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
    audit: Annotated[bool, typer.Option("--audit", help="Chỉ in những chỗ còn ngờ.")] = False,
    lines: Annotated[bool, typer.Option("--lines", help="Đọc từng dòng của đầu vào chuẩn.")] = False,
    dictionary: Annotated[Path | None, typer.Option("--dictionary", help="Từ điển của xã (TSV).")] = None,
) -> None:
    """In kịch bản đọc của một văn bản: chữ viết, lời đọc, quy tắc, chỗ còn ngờ."""
    if lines:
        _read_lines(as_json=as_json, dictionary=dictionary)
        return
    if file is None:
        typer.echo("Hãy cho tên tệp, hoặc dùng --lines để đọc từ đầu vào chuẩn.", err=True)
        raise typer.Exit(2)
    script = _script(file, dictionary)
    if as_json:
        sys.stdout.write((_audit_json(script) if audit else script.model_dump_json(indent=1)) + "\n")
    else:
        _print_table(script, audit=audit)


def _read_lines(*, as_json: bool, dictionary: Path | None) -> None:
    """One line in, one line out, whatever comes in."""
    from reading import read_line

    lexicon = _lexicon(dictionary)
    for raw in sys.stdin.buffer:
        written = raw.decode("utf-8", errors="replace").rstrip("\r\n").removeprefix("\ufeff")
        said = read_line(written, lexicon=lexicon)
        if as_json:
            flags = [flag.model_dump(mode="json") for flag in said.flags]
            out = json.dumps({"written": written, "spoken": said.spoken, "flags": flags}, ensure_ascii=False)
        else:
            out = said.spoken
        sys.stdout.buffer.write(out.encode("utf-8", errors="replace") + b"\n")
        sys.stdout.buffer.flush()


def _lexicon(dictionary: Path | None) -> "Lexicon":
    from reading import Layer, Lexicon, parse_table

    national = Lexicon.national()
    if dictionary is None:
        return national
    try:
        table = parse_table(dictionary.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        typer.echo(f"Không đọc được từ điển {dictionary}: {error}", err=True)
        raise typer.Exit(2) from error
    for wrong in table.errors:
        typer.echo(f"Từ điển, dòng {wrong.line}: {wrong.message}", err=True)
    return national.with_rows(Layer.COMMUNE, table.rows)


def _script(file: Path, dictionary: Path | None) -> "Script":
    from reading import ReadingError
    from reading import read as read_document
    from reading.extraction import extract

    try:
        return read_document(extract(file), lexicon=_lexicon(dictionary))
    except ReadingError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def _audit_json(script: "Script") -> str:
    doubtful = [
        {
            "id": sentence.id,
            "written": sentence.written,
            "spoken": sentence.spoken,
            "flags": [f.model_dump(mode="json") for f in sentence.flags],
        }
        for sentence in script.doubtful
    ]
    return json.dumps(doubtful, ensure_ascii=False, indent=1)


def _print_table(script: "Script", *, audit: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=script.title or None, show_lines=True, expand=True)
    table.add_column("Chữ viết", ratio=4)
    table.add_column("Lời đọc", ratio=5)
    table.add_column("Chỗ còn ngờ" if audit else "Ghi chú", ratio=3)
    for sentence in script.doubtful if audit else script.sentences:
        note = "\n".join(flag.reason for flag in sentence.flags) or sentence.skipped_reason
        table.add_row(sentence.written, _coloured(sentence), note, style="dim" if sentence.skipped_reason else "")
    console = Console()
    console.print(table)
    console.print(f"{len(script.aloud)} câu được đọc, {len(script.doubtful)} câu còn chỗ ngờ.")


def _coloured(sentence: "Sentence") -> "Text":
    from rich.text import Text

    text = Text()
    doubts = [(flag.start, flag.end) for flag in sentence.flags]
    for token in sentence.tokens:
        if not token.spoken:
            continue
        doubtful = any(start < token.end and token.start < end for start, end in doubts)
        style = "bold red" if doubtful else "green" if token.changed else ""
        if text.plain and token.spoken[0] not in ",.;:!?":
            text.append(" ")
        text.append(token.spoken, style=style)
    return text
