"""Bytes or characters of any Vietnamese encoding to Unicode, by trying each and keeping what reads as Vietnamese.

The tables are viparse's (derived from real documents, VISCII from RFC 1456), completed by the VNI letters it has not met.
"""

import re
import unicodedata
from functools import lru_cache

from viparse.normalize.tables import build_charmap, convert
from viparse.normalize.tcvn3 import TCVN3
from viparse.normalize.viscii import VISCII
from viparse.normalize.vni import VNI

from reading.extraction.cleaning import clean
from reading.extraction.syllables import evidence

# VNI's remaining letters: the modifier of "hỏi" on ă (as è é ë ü are the other four), and the one-byte ỵ.
_VNI = build_charmap("vni", [*VNI.pairs, ("aú", "ẳ"), ("AÚ", "Ẳ"), ("î", "ỵ"), ("Î", "Ỵ")])
_CHARMAPS = {"TCVN3": TCVN3, "VNI": _VNI, "VISCII": VISCII}
_VISCII_CONTROLS = {0x02, 0x05, 0x06, 0x14, 0x19, 0x1E}
_SAMPLE = 20_000
_CP1258 = "Windows-1258"
_MIXED_CAPITALS = re.compile(r"[^\W\d_]+")


def decode(data: bytes) -> tuple[str, str] | None:
    """Text and the name of its encoding, cleaned to NFC; None where `data` is no text at all."""
    for mark, codec, name in (
        (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
        (b"\xff\xfe", "utf-16", "UTF-16"),
        (b"\xfe\xff", "utf-16", "UTF-16"),
    ):
        if data.startswith(mark):
            text = data.decode(codec, errors="replace")
            return _as_text(text, name)
    bare = _utf16_without_mark(data)
    if bare is not None:
        return bare
    if _is_binary(data):
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_legacy(data)
    return _as_text(text, "UTF-8")


def repair(text: str) -> tuple[str, str] | None:
    """`text` whose letters are really a legacy font's (".VnTime" pasted or printed as Latin) made Unicode.

    Returns the text and the encoding's name, or None where it reads best as it is.
    """
    if text.isascii():
        return None
    sample = text[:_SAMPLE]
    best, name = max((evidence(from_legacy(sample, name)), name) for name in _CHARMAPS)
    words = sum(not word.isascii() for word in sample.split())
    if best > max(evidence(unicodedata.normalize("NFC", sample)), 0) and best * 2 >= words:
        return from_legacy(text, name), name
    return None


def from_legacy(text: str, encoding: str, *, capitals: bool = False) -> str:
    """`text` in the surface letters of `encoding` ("TCVN3", "VNI", "VISCII") as Unicode.

    `capitals`: it was set in a font that draws small letters as capitals (".VnTimeH"). TCVN3 has no accented
    capitals, so a word whose plain letters are capitals is taken to be one in capitals throughout.
    """
    converted: str = convert(text, _CHARMAPS[encoding])
    if capitals:
        return converted.upper()
    return _restore_capitals(text, converted) if encoding == "TCVN3" else converted


def _restore_capitals(surface: str, converted: str) -> str:
    # TCVN3 is one to one, so positions agree unless a combining mark was composed away.
    if len(surface) != len(converted):
        return converted
    lines_at = 0
    out: list[str] = []
    for line in converted.splitlines(keepends=True):
        written = surface[lines_at : lines_at + len(line)]
        lines_at += len(line)
        plain = [char for char in written if char.isascii() and char.isalpha()]
        if len(plain) >= 3 and all(char.isupper() for char in plain):
            out.append(line.upper())
        else:
            out.append(_MIXED_CAPITALS.sub(lambda m: m[0].upper() if _looks_capital(m[0]) else m[0], line))
    return "".join(out)


def _looks_capital(word: str) -> bool:
    plain = [char for char in word if char.isascii()]
    return len(plain) >= 2 and all(char.isupper() for char in plain) and not word.isupper()


def _as_text(text: str, name: str) -> tuple[str, str] | None:
    if text.count("\x00") + text.count("\ufffd") > len(text) // 20:
        return None
    mended = repair(text)
    if mended is not None:
        return clean(mended[0]), f"{mended[1]} ({name})"
    return clean(text), name


def _decode_legacy(data: bytes) -> tuple[str, str]:
    latin = data.decode("latin-1")
    windows = data.decode("cp1252", errors="replace")
    candidates = {
        _CP1258: unicodedata.normalize("NFC", data.decode("cp1258", errors="replace")),
        "TCVN3": from_legacy(windows, "TCVN3"),
        "VNI": from_legacy(windows, "VNI"),
        "VISCII": from_legacy(latin, "VISCII"),
    }
    # max keeps the first of equals: the Windows code page is the likeliest where nothing decides.
    name = max(candidates, key=lambda name: evidence(candidates[name][:_SAMPLE]))
    return clean(candidates[name]), name


def _utf16_without_mark(data: bytes) -> tuple[str, str] | None:
    head = data[:4096]
    if len(head) < 4:
        return None
    for codec, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if zeros.count(0) > len(zeros) * 0.3:
            text = data.decode(codec, errors="replace")
            return _as_text(text, "UTF-16")
    return None


@lru_cache(maxsize=1)
def _binary_bytes() -> bytes:
    return bytes(set(range(32)) - {9, 10, 11, 12, 13, 27} - _VISCII_CONTROLS)


def _is_binary(data: bytes) -> bool:
    controls = len(data) - len(data.translate(None, _binary_bytes()))
    return b"\x00" in data or controls > len(data) // 50
