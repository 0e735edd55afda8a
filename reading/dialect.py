"""How a station's region says numbers and letters."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

NORTHERN_LETTERS = {
    "a": "a", "ă": "á", "â": "ớ", "b": "bê", "c": "xê", "d": "dê", "đ": "đê", "e": "e", "ê": "ê", "f": "ép", "g": "gờ",
    "h": "hát", "i": "i", "j": "gi", "k": "ca", "l": "lờ", "m": "mờ", "n": "nờ", "o": "o", "ô": "ô", "ơ": "ơ",
    "p": "pê",
    "q": "quy", "r": "rờ", "s": "sờ", "t": "tê", "u": "u", "ư": "ư", "v": "vê", "w": "vê kép", "x": "ích", "y": "y",
    "z": "dét",
}  # fmt: skip
SOUTHERN_LETTERS = NORTHERN_LETTERS | {
    "g": "giê", "l": "e lờ", "m": "em mờ", "n": "en nờ", "r": "e rờ", "s": "ét", "y": "i dài",
}  # fmt: skip


class Dialect(BaseModel):
    """Settings of one station. The defaults are those of the national radio, except where both are heard."""

    model_config = ConfigDict(frozen=True)

    thousand: Literal["nghìn", "ngàn"] = "nghìn"
    zero_ten: Literal["linh", "lẻ"] = "linh"
    """105: một trăm linh năm, một trăm lẻ năm."""
    four_after_tens: Literal["bốn", "tư"] = "bốn"
    """24: hai mươi bốn, hai mươi tư."""
    letters: Literal["north", "south"] = "north"
    """S: sờ, ét; N: nờ, en nờ."""
    first_days: Literal["", "mùng", "mồng"] = ""
    """Said before the days 1–10 of a month after "ngày": ngày mùng hai tháng chín. Lunar days always have it."""

    def letter(self, letter: str) -> str:
        """The name of one Latin or Vietnamese letter; the letter itself for anything else."""
        names = NORTHERN_LETTERS if self.letters == "north" else SOUTHERN_LETTERS
        return names.get(letter.lower(), letter)

    def spell(self, letters: str) -> str:
        """Letter by letter, with spaces between the names."""
        return " ".join(self.letter(letter) for letter in letters)
