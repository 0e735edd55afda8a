"""Places on the map by degrees: 21°02'N, 104°35'15"E, 17,5N – 110,3E."""

import re
from collections.abc import Iterator

from reading.rules.line import Line, Part, Rule, whole

_SIDES = {"N": "vĩ bắc", "B": "vĩ bắc", "S": "vĩ nam", "E": "kinh đông", "Đ": "kinh đông", "W": "kinh tây"}
_PLACE = re.compile(r"vị trí|tọa độ|toạ độ|vĩ độ|kinh độ|tâm bão|tâm áp thấp|chấn tâm|tâm chấn|vĩ tuyến|kinh tuyến")
_NUMBER = r"\d{1,3}(?:[.,]\d{1,4})?"


def _degrees(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """The two letters that may be others (B, Đ) and a number without its sign need a word of place in the sentence."""
    sure = match["sign"] and match["side"] in "NSEW"
    if not (sure or _PLACE.search(line.text.lower())):
        return
    said = f"{line.number(match['d'].replace('.', ','))} độ"
    if match["m"]:
        said += f" {line.number(match['m'].replace('.', ','))} phút"
    if match["s"]:
        said += f" {line.number(match['s'].replace('.', ','))} giây"
    yield whole(match, f"{said} {_SIDES[match['side']]}", 0.95)


RULES = (
    Rule(
        "position",
        re.compile(
            rf"(?<![\w.,])(?P<d>{_NUMBER})(?P<sign>\s?[°º⁰o])?\s?(?:(?P<m>{_NUMBER})\s?['’′]\s?(?:(?P<s>{_NUMBER})\s?[\"”″]\s?)?)?"
            r"(?P<side>[NSEWBĐ])(?!\w)"
        ),
        _degrees,
        "digit",
    ),
)
