"""Languages spoken in Việt Nam's communes, by the code that a track carries (BCP 47 with ISO 639-3), as officers call them."""

import re

from server.errors import InvalidInputError

MUSIC = "zxx"
"""No language: music under the whole programme."""
LANGUAGES = {
    "vi": "Tiếng Việt",
    "tyz": "Tày",
    "nut": "Nùng",
    "ium": "Dao (Ưu Miền)",
    "mji": "Dao (Kim Mùn)",
    "mtq": "Mường",
    "hmn": "H'Mông",
    "mww": "H'Mông Trắng",
    "hnj": "H'Mông Xanh",
    "blt": "Thái Đen",
    "twh": "Thái Trắng",
    "km": "Khmer",
    "pcc": "Giáy",
    "mlc": "Cao Lan (Sán Chay)",
    "kjg": "Khơ Mú",
    "tou": "Thổ",
    "hni": "Hà Nhì",
    "lo": "Lào",
    "rad": "Ê Đê",
    "jra": "Gia Rai",
    "bdq": "Ba Na",
    "sed": "Xơ Đăng",
    "kpm": "Cơ Ho",
    "cmo": "Mnông",
    "hre": "Hrê",
    "rog": "Ra Glai",
    "bru": "Bru - Vân Kiều",
    "tth": "Tà Ôi",
    "jeh": "Giẻ",
    "sti": "Xtiêng",
    "cjm": "Chăm",
    "zh": "Hoa",
    "en": "Tiếng Anh",
    MUSIC: "Nhạc nền",
}
_ALSO = {"vie": "vi", "khm": "km", "lao": "lo", "zho": "zh", "eng": "en"}
"""BCP 47 wants the shortest code there is."""
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}")


def checked_tag(tag: str) -> str:
    """The tag in its usual form; any well-formed one is taken. Raises InvalidInputError."""
    main, _, rest = tag.strip().lower().partition("-")
    usual = "-".join(filter(None, (_ALSO.get(main, main), rest)))
    if not _TAG.fullmatch(usual):
        raise InvalidInputError(
            f"“{tag[:40]}” không phải mã ngôn ngữ. Hãy chọn một tiếng trong danh sách, ví dụ tyz (Tày), nut (Nùng), km (Khmer)."
        )
    return usual


def language_name(tag: str) -> str:
    """As an officer calls it; the tag itself for a language that is not in the list."""
    return LANGUAGES.get(tag) or LANGUAGES.get(tag.partition("-")[0], tag)
