"""What the rooms of the station say to people, as their source writes it: each sentence with numbered gaps for its values.

f"Mã “{code}” đã có." is the template "Mã “{0}” đã có.". The rooms know nothing of languages, they write Vietnamese; this finds
it, so that `scripts/translations` brings every new refusal to the translator.
"""

import ast
import re
from itertools import count
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_ROOMS = ("schedules", "reading", "voices", "server")
_EVERYTHING = ("schedules/", "server/", "reading/extraction/filetype.py")
"""Where every Vietnamese text is for people. Elsewhere most is read aloud or searched for: there only whole sentences are
taken and, as everywhere, what errors are made of."""
_NAMES = (
    "server/app.py", "server/bulletins/languages.py", "server/certificates.py", "server/console/", "server/drills.py",
    "server/settings.py", "server/templates/messages.py",
)  # fmt: skip
"""Where what is no sentence is a proper name, spoken on air, or marked where it stands (`languages.N_`)."""
_NOT_SAID = (
    "server/administrative/", "server/api/openapi.py", "server/api/reports.py", "server/cap/judgement.py",
    "server/console/emergency_templates.py", "server/console/first_steps.py", "server/console/manner.py", "server/migrations/",
    "server/report_pdf.py", "server/report_sums.py", "server/report_workbook.py",
)  # fmt: skip
"""Examples for programs, words to search for, what is spoken on air, paper."""
_EXAMPLES = {"examples", "json_schema_extra"}
_CHOICES = {"choices", "letters_only"}
_VIETNAMESE = re.compile(r"[^\W\d_a-zA-Z]")
_SENTENCE = re.compile(r"[^\sa-z(\\][^\\]*\s[^\\]*[.?!]")
_GAP = re.compile(r"\{\w*\}")


def templates() -> dict[str, str]:
    """Template → the file where it was found first."""
    found: dict[str, str] = {}
    for room in _ROOMS:
        for path in sorted((_ROOT / room).rglob("*.py")):
            name = path.relative_to(_ROOT).as_posix()
            sentences = not name.startswith(_NOT_SAID)
            everything = sentences and name.startswith(_EVERYTHING) and not name.startswith(_NAMES)
            nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
            raised, silent = _raised(nodes) | _notes(nodes), _silent(nodes)
            for node in nodes:
                if id(node) in silent or not isinstance(node, (ast.Constant, ast.JoinedStr)):
                    continue
                text = _template(node)
                if (
                    _is_raised(text)
                    if id(node) in raised
                    else (everything and _is_word(text)) or (sentences and _is_sentence(text))
                ):
                    found.setdefault(text, name)
    return found


def _template(node: ast.Constant | ast.JoinedStr) -> str:
    """The text of a literal with its gaps numbered; "" for what is none."""
    numbers = count()
    if isinstance(node, ast.Constant):
        return _GAP.sub(lambda _: f"{{{next(numbers)}}}", node.value) if isinstance(node.value, str) else ""
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else f"{{{next(numbers)}}}" for part in node.values
    )


def _silent(nodes: list[ast.AST]) -> set[int]:
    """What is no text of its own: pieces of a longer one, docstrings, examples for programs."""
    found: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            found.update(id(part) for part in node.values if isinstance(part, ast.Constant))
        elif isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            found.update(id(part) for part in ast.walk(node.format_spec))
        elif isinstance(node, ast.Expr):
            found.add(id(node.value))
        elif isinstance(node, ast.keyword) and node.arg in _EXAMPLES:
            found.update(id(part) for part in ast.walk(node.value))
    return found


def _raised(nodes: list[ast.AST]) -> set[int]:
    """What errors are made of."""
    return {
        id(part)
        for node in nodes
        if isinstance(node, ast.Call)
        and str(getattr(node.func, "id", getattr(node.func, "attr", ""))).endswith("Error")
        for argument in node.args[:1]
        for part in ast.walk(argument)
    }


def _notes(nodes: list[ast.AST]) -> set[int]:
    """What stands beside the choices of a doubtful place: the second of each pair."""
    pairs = (
        part
        for node in nodes
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in _CHOICES
        for part in ast.walk(node.value)
        if isinstance(part, ast.Tuple) and len(part.elts) == 2
    )
    named = {id(node.value) for node in nodes if isinstance(node, ast.keyword) and node.arg == "note"}
    return named | {id(pair.elts[1]) for pair in pairs}


def _is_raised(text: str) -> bool:
    """Vietnamese, or nothing but gaps with signs between them; English is for programmers."""
    return bool(_VIETNAMESE.search(text)) or ("{0}" in text and not re.search("[A-Za-z]", text))


def _is_word(text: str) -> bool:
    return len(text) > 1 and bool(_VIETNAMESE.search(text))


def _is_sentence(text: str) -> bool:
    return bool(_SENTENCE.fullmatch(text)) and bool(_VIETNAMESE.search(text))
