"""Reports add up, and a spreadsheet opens them."""

from datetime import datetime, timedelta
from io import BytesIO
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pdfplumber
import pytest
from openpyxl import load_workbook
from sqlmodel import select

from protocol.states import State
from server import deliveries
from server.reports import period
from server.tables import Delivery
from server.tables.columns import now

DATABASES = "both"


@pytest.fixture
def aired(commune):
    """Two bulletins on two speakers, one drill; on each speaker another end."""
    commune.speaker("loa-1", "na-it")
    commune.speaker("loa-2", "khuoi-khit")
    minute = commune.approved("canbo", duration_ms=60_000, title="=1+1 họp thôn")
    half = commune.approved("canbo2", duration_ms=30_000, field="society", title="Giá lúa", priority="2")
    first = commune.schedule(minute, "khuoi-nan")["occurrences"][0]["id"]
    second = commune.schedule(half, "na-it", start_at=commune.soon() + timedelta(minutes=5))["occurrences"][0]["id"]
    commune.schedule(minute, "khuoi-nan", test=True)
    withdrawn = commune.schedule(minute, "na-it", start_at=commune.soon() + timedelta(minutes=9))["occurrences"][0][
        "id"
    ]
    commune.call("canbo", "POST", f"/occurrences/{withdrawn}/withdraw")
    ends = {
        (first, "loa-1"): (State.PLAYED, "", 60_000),
        (first, "loa-2"): (State.CUT, "power", 15_000),
        (second, "loa-1"): (State.MISSED, "no_audio", None),
    }
    with commune.station().database.write() as session:
        for delivery in session.exec(select(Delivery)):
            if end := ends.get((delivery.occurrence_id, delivery.speaker_id)):
                state, reason, played_ms = end
                assert deliveries.move(delivery, state, at=now(), reason=reason)
                delivery.played_ms = played_ms
                session.add(delivery)
    return commune


def query():
    return urlencode({"from": (now() - timedelta(days=1)).isoformat(), "to": (now() + timedelta(days=1)).isoformat()})


def test_the_sums(aired):
    report = aired.call("canbo", "GET", f"/reports?{query()}")
    assert report["total"] == {
        "name": "", "occurrences": 3, "planned_minutes": 2.5, "aired_minutes": 1.25, "played": 1, "failed": 2, "unknown": 0,
    }  # fmt: skip
    assert {row["name"]: row["aired_minutes"] for row in report["by_author"]} == {"Nông Thị Hoa": 1.25, "Bế Văn Sơn": 0}
    assert {row["name"]: row["occurrences"] for row in report["by_area"]} == {"Thôn Nà Ít": 2, "Thôn Khuổi Khít": 1}
    assert report["failures"] == {"CUT power": 1, "MISSED no_audio": 1}
    for group in ("by_area", "by_priority", "by_field", "by_author", "by_speaker", "by_day"):
        assert sum(row["occurrences"] for row in report[group]) == 3
        assert sum(row["planned_minutes"] for row in report[group]) == 2.5
    assert aired.call("truongthon2", "GET", f"/reports?{query()}")["total"]["occurrences"] == 1


def test_the_workbook(aired):
    answer = aired.client.get(
        f"/api/v1/reports/workbook?{query()}", headers={"Authorization": f"Bearer {aired.token('lanhdao')}"}
    )
    book = load_workbook(BytesIO(answer.content))
    rows = [[cell.value for cell in row] for row in book["Chi tiết"]]
    assert len(rows) == 4
    assert {row[7] for row in rows[1:]} == {"Đã phát", "Bị cắt giữa chừng", "Lỡ giờ, không phát"}
    assert all(cell.data_type != "f" for row in book["Chi tiết"] for cell in row)  # "=1+1" is a title
    words = {cell.value for row in book["Tổng hợp"] for cell in row}
    assert "Bị cắt giữa chừng: mất điện giữa chừng" in words


def test_a_span_that_makes_no_sense(commune):
    swapped = urlencode({"from": now().isoformat(), "to": (now() - timedelta(days=1)).isoformat()})
    assert "400 ngày" in commune.error("canbo", "GET", f"/reports?{swapped}", 422)


def test_on_paper_it_has_the_commune_the_sums_and_the_reasons(aired):
    answer = aired.client.get(
        f"/api/v1/reports/pdf?{query()}", headers={"Authorization": f"Bearer {aired.token('lanhdao')}"}
    )
    assert answer.headers["content-type"] == "application/pdf"
    with pdfplumber.open(BytesIO(answer.content)) as document:
        text = "\n".join(page.extract_text() for page in document.pages)
        bars = [bar for page in document.pages for bar in page.rects if bar["fill"] and bar["height"] > 20]
    for words in (
        "XÃ KHUỔI NẰN",
        "BÁO CÁO PHÁT THANH",
        "Nông Thị Hoa",
        "Bị cắt giữa chừng: mất điện giữa chừng",
        "2,5",
        "1,2",
    ):
        assert words in text
    assert bars  # the plot
    assert len(answer.content) < 200_000  # only the letters that are used


def test_months_and_quarters(aired):
    month = f"{now().astimezone(ZoneInfo('Asia/Ho_Chi_Minh')):%Y-%m}"
    report = aired.call("canbo", "GET", f"/reports?period={month}")
    assert {row["name"] for row in report["by_month"]} <= {month}
    aired.call("canbo", "GET", "/reports", expect=422)
    aired.call("canbo", "GET", "/reports?period=2026-13", expect=422)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("2026-12", (2026, 12, 1), (2027, 1, 1)), ("2026-Q4", (2026, 10, 1), (2027, 1, 1)), ("2028", (2028, 1, 1), (2029, 1, 1))],
)  # fmt: skip
def test_a_period_is_of_local_time(text, first, last):
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    assert period(text, "Asia/Ho_Chi_Minh") == (datetime(*first, tzinfo=zone), datetime(*last, tzinfo=zone))
