"""`loa read`."""

import json

import pytest
from typer.testing import CliRunner

from loa.cli import app

runner = CliRunner()


def test_lines_in_lines_out():
    lines = ["UBND xã", "", "KT. CHỦ TỊCH", "a\x00b", "  ", "5-7 ngày"]
    result = runner.invoke(app, ["read", "--lines", "--json"], input="\n".join(lines) + "\n")
    assert result.exit_code == 0
    out = [json.loads(line) for line in result.stdout.splitlines()]
    assert [item["written"] for item in out] == lines
    assert out[0]["spoken"] == "ủy ban nhân dân xã"
    assert out[5]["spoken"] == "năm đến bảy ngày"
    assert all(set(item) == {"written", "spoken", "flags"} for item in out)


def test_lines_survive_bytes_that_are_no_text():
    result = runner.invoke(app, ["read", "--lines", "--json"], input=b"UBND \xff\xfe\nxong\n")
    assert len(result.stdout.splitlines()) == 2


@pytest.fixture
def notice(tmp_path):
    path = tmp_path / "thong-bao.txt"
    path.write_text(
        "THÔNG BÁO\nVề việc họp dân\n\nUBND xã mời bà con họp lúc 7h30 ngày 3/6 tại nhà ông QXZ.\n", encoding="utf-8"
    )
    return path


def test_a_file_as_json_with_spans_rules_and_flags(notice):
    result = runner.invoke(app, ["read", "--json", str(notice)])
    assert result.exit_code == 0
    script = json.loads(result.stdout)
    assert script["title"].startswith("THÔNG BÁO")
    tokens = [token for sentence in script["sentences"] for token in sentence["tokens"]]
    assert {"start", "end", "written", "spoken", "rule", "confidence", "skipped"} == set(tokens[0])


def test_audit_shows_only_what_is_doubtful(notice):
    result = runner.invoke(app, ["read", "--audit", "--json", str(notice)])
    (doubt,) = json.loads(result.stdout)
    assert doubt["flags"][0]["written"] == "QXZ"


def test_a_table_by_default(notice):
    result = runner.invoke(app, ["read", str(notice)])
    assert result.exit_code == 0
    assert "1 câu còn chỗ ngờ" in result.stdout


def test_a_commune_dictionary(notice, tmp_path):
    own = tmp_path / "tu-dien.tsv"
    own.write_text("QXZ\tQuách Xuân Dũng\n", encoding="utf-8")
    result = runner.invoke(app, ["read", "--audit", "--json", "--dictionary", str(own), str(notice)])
    assert json.loads(result.stdout) == []


def test_no_file_and_a_missing_dictionary_are_told(notice):
    assert runner.invoke(app, ["read"]).exit_code == 2
    assert runner.invoke(app, ["read", "--dictionary", "nowhere.tsv", str(notice)]).exit_code == 2


def test_an_unreadable_file_is_told_in_vietnamese(tmp_path):
    empty = tmp_path / "rong.txt"
    empty.write_bytes(b"")
    result = runner.invoke(app, ["read", str(empty)])
    assert result.exit_code == 1
    assert "tệp" in result.output.lower()
