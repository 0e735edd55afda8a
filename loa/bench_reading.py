"""`loa bench reading`: how much is read right, how much is wrong without a word, how fast; beside sea-g2p alone."""

import json
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

REPOSITORY_ITEMS = Path(__file__).resolve().parent.parent / "tests" / "reading" / "data" / "unseen-items.tsv"
PAGE = (
    "Thực hiện Kế hoạch số 145/KH-UBND ngày 12/5/2026 của UBND tỉnh về tiêm phòng vắc xin LMLM cho đàn gia súc đợt "
    "1/2026, UBND xã Nà Ít "
    "thông báo: từ 7h30 – 11h các ngày 3, 5 và 7/6, tổ thú y đến từng thôn. Mức hỗ trợ 1.500.000đ/hộ nghèo, 4,5 "
    "triệu đồng/mô hình; "
    "21/25 thôn đã đăng ký, đạt 84,5%. Mọi thắc mắc xin gọi 0912.345.678 hoặc tổng đài 1900 1234. Đề nghị các đ/c "
    "trưởng thôn, BCH Đoàn xã, "
    "Hội CCB, Hội LHPN phối hợp tuyên truyền đến nhân dân, bảo đảm ANTT, ATGT và VSATTP trong suốt thời gian thực "
    "hiện.\n"
) * 4
"""About 2,000 characters: a page of an ordinary notice."""


class Item(NamedTuple):
    kind: str
    written: str
    accepted: tuple[str, ...]


class Said(NamedTuple):
    spoken: str
    flagged: bool


def reading(
    items: Annotated[
        list[Path] | None, typer.Argument(help="TSV: loại, chữ viết, các cách đọc đúng cách nhau bằng ||.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
    misses: Annotated[bool, typer.Option("--misses", help="In từng câu đọc sai.")] = False,
) -> None:
    """Đo phần đọc: đúng, sai mà không báo, có báo, theo từng loại; tốc độ."""
    paths = items or [REPOSITORY_ITEMS]
    try:
        rows = [item for path in paths for item in _load(path)]
    except OSError as error:
        typer.echo(f"Không mở được tệp câu thử: {error}", err=True)
        raise typer.Exit(2) from error
    engines: dict[str, Callable[[str], Said]] = {"loa": _ours(), "sea-g2p": _sea_g2p()}
    results = {name: [(item, engine(item.written)) for item in rows] for name, engine in engines.items()}
    report = {
        "items": len(rows),
        "engines": {name: _score(result) for name, result in results.items()},
        "speed": {f"{pages} pages": round(_speed(pages)) for pages in (1, 10, 100)},
    }
    if as_json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
        return
    _print(report)
    if misses:
        for item, said in results["loa"]:
            if not is_right(said.spoken, item.accepted):
                sys.stdout.write(f"{'⚑' if said.flagged else ' '} {item.kind}: {item.written}  →  {said.spoken}\n")


def _load(path: Path) -> Iterator[Item]:
    for line in path.read_text(encoding="utf-8").splitlines():
        fields = line.split("\t")
        if len(fields) >= 3 and not line.startswith("#"):
            yield Item(fields[0], fields[1], tuple(form.strip() for form in fields[2].split("||")))


def _ours() -> Callable[[str], Said]:
    from reading import read_line

    def say(written: str) -> Said:
        said = read_line(written)
        return Said(said.spoken, bool(said.flags))

    return say


def _sea_g2p() -> Callable[[str], Said]:
    """The best library found, by itself; it cannot say what it does not know."""
    from reading.backend import SeaG2p

    backend = SeaG2p()
    return lambda written: Said(backend.say(written) or "", flagged=False)


def _score(result: list[tuple[Item, Said]]) -> dict[str, object]:
    count: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = {}
    for item, said in result:
        right = is_right(said.spoken, item.accepted)
        outcome = ("right" if right else "wrong") + (" flagged" if said.flagged else "")
        for counter in (count, kinds.setdefault(item.kind, Counter())):
            counter["all"] += 1
            counter[outcome] += 1
    return {"total": _shares(count), "kinds": {kind: _shares(counter) for kind, counter in kinds.items()}}


def _shares(count: Counter[str]) -> dict[str, float]:
    every = count["all"] or 1
    return {
        "items": count["all"],
        "right": round((count["right"] + count["right flagged"]) / every, 4),
        "wrong_unflagged": round(count["wrong"] / every, 4),
        "right_flagged": round(count["right flagged"] / every, 4),
    }


def _speed(pages: int) -> float:
    """Characters per second of `read`, explanations included, on one core."""
    from reading import document_from_text, read

    text = "\n".join(f"Trang {number}.\n{PAGE}" for number in range(pages))
    document = document_from_text(text)
    read(document_from_text(PAGE))
    started = time.perf_counter()
    read(document)
    return len(text) / (time.perf_counter() - started)


def _print(report: dict[str, object]) -> None:
    from rich.console import Console
    from rich.table import Table

    engines: dict[str, dict[str, dict[str, dict[str, float]]]] = report["engines"]  # type: ignore[assignment]  # built just above
    table = Table(title=f"{report['items']} câu thử")
    for column in (
        "loại",
        "số câu",
        *(f"{name}: {what}" for name in engines for what in ("đúng", "sai, không báo", "đúng, có báo")),
    ):
        table.add_column(column)
    kinds = [*next(iter(engines.values()))["kinds"], "total"]
    for kind in kinds:
        scores = [(engine["kinds"].get(kind) or engine["total"]) for engine in engines.values()]
        cells = [f"{score[key]:.1%}" for score in scores for key in ("right", "wrong_unflagged", "right_flagged")]
        table.add_row(kind, str(scores[0]["items"]), *cells, style="bold" if kind == "total" else "")
    console = Console()
    console.print(table)
    for pages, speed in report["speed"].items():  # type: ignore[attr-defined]  # built just above
        console.print(f"{pages}: {speed:,} ký tự/giây")


_OLD_TONES = {
    "òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "òe": "oè", "óe": "oé", "ỏe": "oẻ", "õe": "oẽ",
    "ọe": "oẹ",
    "ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ũy": "uỹ", "ụy": "uỵ",
}  # fmt: skip
_SAME_WORDS = {
    "ngàn": "nghìn", "lẻ": "linh", "tỉ": "tỷ", "mồng": "mùng", "dê": "đê", "đờ": "đê", "bờ": "bê", "cờ": "xê",
    "pờ": "pê", "tờ": "tê", "vờ": "vê", "hờ": "hát",
    "ét": "sờ", "ích": "xờ", "gi": "gờ", "giê": "gờ", "gê": "gờ", "ka": "ca", "qui": "quy", "cu": "quy", "ô": "o",
    "ê": "e", "i": "y",
    "trên": "", "phần": "", "mỗi": "",
}  # fmt: skip
_LETTERS = {
    "b": "bê", "c": "xê", "d": "đê", "đ": "đê", "g": "gờ", "h": "hát", "k": "ca", "l": "lờ", "m": "mờ", "n": "nờ", "p": "pê",
    "q": "quy", "r": "rờ", "s": "sờ", "t": "tê", "v": "vê", "x": "xờ",
}  # fmt: skip


def is_right(spoken: str, accepted: tuple[str, ...]) -> bool:
    """Whether `spoken` is one of the accepted forms, regional words, letter names and the words for a slash folded."""
    return _folded(spoken) in {_folded(form) for form in accepted}


def _folded(text: str) -> str:
    text = re.sub(r"[^\w\s%&@+]|_", " ", unicodedata.normalize("NFC", text).lower())
    for old, new in (
        ("en nờ", "nờ"),
        ("em mờ", "mờ"),
        ("e lờ", "lờ"),
        ("e rờ", "rờ"),
        ("ét xì", "sờ"),
        ("gạch ngang", " "),
        ("gạch nối", " "),
        ("gạch chéo", " "),
        ("xen ti", "xăng ti"),
    ):
        text = re.sub(rf"(?<!\w){old}(?!\w)", new, text)
    out = []
    for word in text.split():
        said = _SAME_WORDS.get(word, _LETTERS.get(word, word))
        for old, new in _OLD_TONES.items():
            if said.endswith(old) and not said.startswith("qu"):
                said = said[: -len(old)] + new
        if said:
            out.append(said)
    return re.sub(r"\b(hai|ba) mươi tư\b", r"\1 mươi bốn", " ".join(out))
