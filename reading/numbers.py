"""Numbers in Vietnamese words."""

import re

from reading.dialect import Dialect

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
MAX_CARDINAL_DIGITS = 15
"""Longer numbers are codes, not quantities: said digit by digit."""

_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_GROUPED_ENGLISH = re.compile(r"\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?|\d{1,3}(?:,\d{3})+\.\d+")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")


def cardinal(number: int, dialect: Dialect) -> str:
    """A whole number from 0, below 10**15. Zero hundreds inside are said: 20.045 is "hai mươi nghìn không trăm bốn mươi lăm"."""
    return _cardinal(number, dialect, full=False)


def _cardinal(number: int, dialect: Dialect, *, full: bool) -> str:
    """`full`: something greater stands before, so that the first group of three says its zeros."""
    for size, name in ((10**9, "tỷ"), (10**6, "triệu"), (1000, dialect.thousand)):
        if number >= size:
            high, low = divmod(number, size)
            words = [_cardinal(high, dialect, full=full and high < 1000), name]
            if low:
                words.append(_cardinal(low, dialect, full=True))
            return " ".join(words)
    return _below_thousand(number, dialect, full=full)


def digit_by_digit(digits: str) -> str:
    """Each digit by its name; other characters are left out."""
    return " ".join(DIGITS[int(digit)] for digit in digits if digit.isdecimal())


def code_number(digits: str, dialect: Dialect) -> str:
    """A number inside a name or code: leading zeros are said, four digits and more one by one."""
    if len(digits) > 3:
        return digit_by_digit(digits)
    zeros = len(digits) - len(digits.lstrip("0"))
    if zeros and zeros < len(digits):
        return f"{digit_by_digit(digits[:zeros])} {cardinal(int(digits), dialect)}"
    return cardinal(int(digits), dialect) if not zeros else digit_by_digit(digits)


def fraction_digits(digits: str, dialect: Dialect) -> str:
    """What stands behind the decimal comma: zeros in front one by one, up to three digits as a number."""
    if len(digits) > 3:
        return digit_by_digit(digits)
    zeros = len(digits) - len(digits.lstrip("0"))
    if zeros == len(digits):
        return digit_by_digit(digits)
    rest = cardinal(int(digits), dialect)
    return f"{digit_by_digit(digits[:zeros])} {rest}" if zeros else rest


def say_number(text: str, dialect: Dialect, *, point: str = "phẩy") -> str | None:
    """A number as Vietnamese print writes it: 1.500.000; 4,5; 1.015,75; 1,500,000; 2.5 (`point` is the word for that dot).

    None when `text` has no such shape.
    """
    if _GROUPED.fullmatch(text):
        whole, _, fraction = text.partition(",")
        whole = whole.replace(".", "")
    elif _GROUPED_ENGLISH.fullmatch(text):
        whole, _, fraction = text.replace(",", "").partition(".")
    elif _PLAIN.fullmatch(text):
        if "," in text:
            point = "phẩy"
        whole, _, fraction = text.replace(",", ".").partition(".")
    else:
        return None
    spoken = whole_number(whole, dialect)
    if fraction:
        spoken += f" {point} {fraction_digits(fraction, dialect)}"
    return spoken


def whole_number(digits: str, dialect: Dialect) -> str:
    """Digits without separators: a quantity, or digit by digit when they are too many or begin with a superfluous zero."""
    if len(digits) > MAX_CARDINAL_DIGITS or (len(digits) > 2 and digits[0] in "0٠"):
        return digit_by_digit(digits)
    return cardinal(int(digits), dialect)


def _below_thousand(number: int, dialect: Dialect, *, full: bool) -> str:
    hundreds, rest = divmod(number, 100)
    words: list[str] = []
    if hundreds or full:
        words += [DIGITS[hundreds], "trăm"]
    tens, ones = divmod(rest, 10)
    if not rest:
        return " ".join(words) or DIGITS[0]
    if tens == 0:
        words += [dialect.zero_ten, DIGITS[ones]] if words else [DIGITS[ones]]
        return " ".join(words)
    words += ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    if ones == 1 and tens > 1:
        words.append("mốt")
    elif ones == 5:
        words.append("lăm")
    elif ones == 4 and tens > 1:
        words.append(dialect.four_after_tens)
    elif ones:
        words.append(DIGITS[ones])
    return " ".join(words)
