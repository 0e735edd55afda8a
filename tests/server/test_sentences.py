"""What the rooms say in Vietnamese is said in English to who chose English: each template, with its values."""

import ast
import importlib
import re
from pathlib import Path

import pytest

from server.console.languages import CATALOGUES, SOURCE, teller, translator
from server.console.said import templates
from server.console.sentences import Interpreter

ROOT = CATALOGUES.parents[2]
ROOMS = ("schedules", "reading", "voices", "server")
GAP = re.compile(r"\{\d+\}")
VIETNAMESE = re.compile(r"[^\W\d_a-zA-Z]")


@pytest.fixture(scope="module")
def found():
    return templates()


def filled(template: str) -> str:
    return GAP.sub(lambda gap: f"Q{gap[0][1:-1]}", template)


def test_each_template_is_found_again_and_said_in_english(found):
    english, tell = translator("en"), teller("en")
    assert len(found) > 700
    assert {text: tell(filled(text)) for text in found if tell(filled(text)) != filled(english(text))} == {}


def test_a_translation_has_the_gaps_of_its_template_and_no_vietnamese_besides_names(found):
    english = translator("en")
    names = re.compile(r"“[^”]*”|\([^)]*\)|bà|XOÁ|PHÁT|đồng chí|địa chỉ|Tiếng Việt")
    for text in found:
        said = english(text)
        assert sorted(GAP.findall(said)) == sorted(GAP.findall(text)), text
        assert said.startswith(" ") == text.startswith(" "), text
        assert not VIETNAMESE.search(names.sub("", said)) or said == text, text


def test_values_are_parted_by_more_than_a_space(found):
    """Else nobody could tell where the first ends. What is put after a value begins with its own space."""
    assert [text for text in found if re.search(r"\}\s+\{", text)] == []


def raised():
    """(place, what a `raise` in our rooms gives its error), found by itself and not by what is tested."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                    yield path.relative_to(ROOT), node.exc.args[0]


def sentence(path: Path, node: ast.expr) -> str:
    """What it says with "Q" for each value; "" where only a run of the program knows."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "Q" for part in node.values)
    if isinstance(node, ast.Name):
        module = importlib.import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
        value = getattr(module, node.id, "")
        return value if isinstance(value, str) else ""
    return ""


def test_each_raise_has_its_english():
    tell, count = teller("en"), 0
    for path, node in raised():
        said = sentence(path, node)
        if VIETNAMESE.search(said):
            count += 1
            assert tell(said) != said, f"{path}:{node.lineno}: scripts/translations, then fill in locale/en.po: {said}"
    assert count > 400


SAID = {
    "Lý Văn Páo (trưởng thôn) không được duyệt bản tin của Xã Khuổi Nằn với loại tin này. "
    "Hãy nhờ người có quyền, hoặc đăng nhập bằng tài khoản khác.": (
        "Lý Văn Páo (village head) may not approve bulletins of Xã Khuổi Nằn for this class of messages. "
        "Please ask somebody who may, or sign in with another account."
    ),
    "Thôn Nà Ít, thứ hai: Không được phát từ 23:00 đến 23:05 ngày 07/12: giờ được phép là 05:00–11:00, 13:00–22:00 "
    "(quy định của mặc định của đài). Hãy chọn giờ khác.": (
        "Thôn Nà Ít, Monday: Nothing may be broadcast from 23:00 to 23:05 on 07/12: the allowed hours are "
        "05:00–11:00, 13:00–22:00 (rule of the station's default). Please choose another time."
    ),
    "Chưa nhập dòng nào. Dòng 3: “UBND” chưa có cách đọc: hãy điền cột thứ hai. Dòng 4: Thiếu chữ viết ở cột đầu. "
    "Và 12 dòng khác.": (
        "No row was imported. Row 3: “UBND” does not say how it is read: please fill in the second column. "
        "Row 4: The first column lacks the written word. And 12 more."
    ),
    "Chưa nhập dòng nào. Dòng 2: Dòng chỉ có một cột: cần chữ viết và cách đọc, cách nhau bằng phím Tab. "
    "Dòng 3: Thiếu chữ viết ở cột đầu.": (
        "No row was imported. Row 2: The row has one column only: it needs the written word and how it is read, with a Tab between "
        "them. Row 3: The first column lacks the written word."
    ),
    "“from” không phải thời điểm, ví dụ đúng: 2026-12-01T17:00:00+07:00; “to” phải có múi giờ, ví dụ 2026-12-01T17:00:00+07:00; "
    "“limit” không hợp lệ. Hãy sửa rồi gửi lại.": (
        "“from” is no point in time; an example of a right one: 2026-12-01T17:00:00+07:00; “to” must have a time zone, for example "
        "2026-12-01T17:00:00+07:00; “limit” cannot be used. Please correct it and send it again."
    ),
    "Chưa dựng được tiếng. Tệp “Không có bản tin này.” rỗng. Hãy tải lên lại.": (
        "The audio could not be made. The file “Không có bản tin này.” is empty. Please upload it again."
    ),
    "Họp thôn lúc 17 giờ; mời bà con, đúng giờ.": "Họp thôn lúc 17 giờ; mời bà con, đúng giờ.",
    "": "",
    ", ": ", ",
}


@pytest.mark.parametrize(("vietnamese", "english"), SAID.items())
def test_values_that_are_words_of_ours_are_said_too_and_quoted_ones_stay(vietnamese, english):
    assert teller("en")(vietnamese) == english
    assert teller(SOURCE)(vietnamese) == vietnamese


def test_of_several_readings_the_one_that_leaves_least_is_taken():
    tell = Interpreter(
        {"{0}: {1}": "{0} = {1}", "Dòng {0}: {1}": "Row {0}: {1}", " và {0} dòng khác.": " and {0} more."}
    )
    assert tell("Dòng 3: trống") == "Row 3: trống"
    assert tell("mã: trống") == "mã = trống"
    assert tell("mã: trống và 2 dòng khác.") == "mã = trống and 2 more."
    assert tell("ă, b: " * 300 + "ơ; " * 60).count("ă") == 300
    assert tell("x" * 5000 + ": trống") == "x" * 5000 + ": trống"
