"""What a person sees while the demo runs: steps, the script with its doubtful places, progress, a row per speaker."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

STATE_WORDS = {
    "QUEUED": "chờ gửi",
    "UNKNOWN": "đã gửi, chưa rõ",
    "ACCEPTED": "đã nhận",
    "FETCHING": "đang tải âm thanh",
    "READY": "sẵn sàng",
    "PLAYING": "đang phát",
    "INTERRUPTED": "tạm ngắt",
    "RESUMED": "phát tiếp",
    "PLAYED": "đã phát",
    "CUT": "bị cắt",
    "MISSED": "lỡ",
    "FAILED": "hỏng",
    "REJECTED": "từ chối",
    "CANCELLED": "đã hủy",
    "SUPERSEDED": "bị thay",
    "EXPIRED": "quá hạn",
    "WITHDRAWN": "đã rút",
}
_COLOURS = {"PLAYED": "green", "PLAYING": "cyan", "READY": "blue"} | dict.fromkeys(
    ("CUT", "MISSED", "FAILED", "REJECTED", "CANCELLED", "EXPIRED"), "red"
)


class Show:
    """The terminal of one demo run."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
        )
        self._task = self._progress.add_task("Đọc thành tiếng (câu)", total=None)
        self._live = Live(console=console, refresh_per_second=4)

    def step(self, text: str) -> None:
        """One line: what was just done."""
        self._console.print(f"[green]✓[/] {text}", highlight=False)

    def problem(self, text: str) -> None:
        """One line: what went wrong."""
        self._console.print(Text(f"✗ {text}", style="red"))

    def script(self, title: str, script: dict[str, Any]) -> None:
        """The script as it will be read; doubtful places are marked with why."""
        table = Table(title=title, show_lines=False, title_justify="left")
        table.add_column("Kịch bản đọc", ratio=3)
        table.add_column("Cần xem lại", ratio=1, style="yellow")
        for sentence in script["sentences"]:
            if sentence.get("skipped_reason"):
                continue
            doubts = "; ".join(f"{flag['written']}: {flag['reason']}" for flag in sentence["flags"])
            table.add_row(Text(sentence["spoken"]), Text(doubts))
        self._console.print(table)

    @contextmanager
    def progress(self) -> Iterator[None]:
        """Shows the progress of rendering while it lasts."""
        with self._progress:
            yield

    def rendering(self, done: int, total: int) -> None:
        """So many sentences rendered, of so many."""
        self._progress.update(self._task, completed=done, total=total or None)

    @contextmanager
    def live(self) -> Iterator[None]:
        """Shows the speakers while it lasts."""
        with self._live:
            yield
        self._console.print()

    def speakers(self, deliveries: list[dict[str, Any]]) -> None:
        """A row per speaker."""
        table = Table("Cụm loa", "Trạng thái", "Sai số giờ phát", "Đã phát", "Bằng chứng")
        for row in sorted(deliveries, key=lambda delivery: str(delivery["speaker_id"])):
            state = row["state"]
            error = "" if row["start_error_ms"] is None else f"{row['start_error_ms']:+.1f} ms"
            played = "" if row["played_ms"] is None else f"{row['played_ms'] / 1000:.1f} s"
            word = Text(STATE_WORDS.get(state, state), style=_COLOURS.get(state, ""))
            table.add_row(row["speaker_id"], word, error, played, row["evidence"] or "")
        self._live.update(table)
