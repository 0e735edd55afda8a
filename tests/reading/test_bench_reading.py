"""The bench counts right, wrong without a word, and flagged."""

import json

import typer
from typer.testing import CliRunner

from loa.bench_reading import is_right, reading

app = typer.Typer()
app.command()(reading)


def test_folding():
    assert is_right("Một ngàn lẻ năm", ("một nghìn linh năm",))
    assert is_right("ủy ban", ("uỷ ban",))
    assert is_right("nờ quy trên bê", ("en nờ quy gạch ngang bờ",))
    assert not is_right("ba phần nghìn", ("ba phần trăm",))


def test_report(tmp_path):
    items = tmp_path / "items.tsv"
    items.write_text(
        "abbr\tUBND xã\tủy ban nhân dân xã\nabbr\tban QXZ\tban gì đó\nnumber\t5 hộ\tsáu hộ\n", encoding="utf-8"
    )
    result = CliRunner().invoke(app, ["--json", str(items)])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    total = report["engines"]["loa"]["total"]
    assert (total["items"], total["right"], total["wrong_unflagged"]) == (3, 0.3333, 0.3333)
    assert set(report["speed"]) == {"1 pages", "10 pages", "100 pages"}
    assert set(report["engines"]) == {"loa", "sea-g2p"}
