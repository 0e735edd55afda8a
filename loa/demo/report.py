"""What a demo writes down: only what was measured."""

from pathlib import Path

from pydantic import BaseModel


class SpeakerReport(BaseModel):
    """One speaker's own word about the broadcast, and where its sound can be heard."""

    id: str
    state: str
    start_error_ms: float | None = None
    played_ms: int | None = None
    output: str | None = None
    """A WAV, when the speaker played into one."""
    output_epoch: float | None = None
    """Unix time of its first sample, in seconds."""


class DemoReport(BaseModel):
    """`var/demo/report.json`. What a run that failed never came to is null or empty; `problems` says why."""

    ok: bool
    document: str
    script: list[str] = []
    render_s: float | None = None
    audio_s: float | None = None
    elapsed_s: float
    broker: str | None = None
    speakers: list[SpeakerReport] = []
    heard_cer: float | None = None
    start_spread_ms: float | None = None
    """First sounding sample of the earliest and the latest WAV, apart."""
    problems: list[str] = []

    def write(self, path: Path) -> None:
        """Write the report, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
        part.rename(path)
