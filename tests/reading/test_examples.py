"""Each kind of rule has its own table of examples: written, spoken."""

from pathlib import Path

import pytest

from reading import read_line

TABLES = sorted((Path(__file__).parent / "examples").glob("*.tsv"))


def rows(path):
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line]


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_examples_are_read_as_written_down(table):
    wrong = [
        (written, said, spoken) for written, spoken in rows(table) if (said := read_line(written).spoken) != spoken
    ]
    assert not wrong


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_what_was_said_is_left_alone(table):
    wrong = [(spoken, said) for _, spoken in rows(table) if (said := read_line(spoken).spoken) != spoken]
    assert not wrong


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_every_change_names_its_rule(table):
    for written, _ in rows(table):
        for token in read_line(written).tokens:
            assert token.rule
            assert 0 <= token.confidence <= 1


def test_the_tables_are_large_enough_to_mean_something():
    assert sum(len(rows(table)) for table in TABLES) >= 400
