"""A real agent from a state folder: every port with its real implementation."""

import signal
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from random import SystemRandom
from urllib.parse import urlsplit

import structlog

from edge_agent.agent import Agent, Boot
from edge_agent.folder import Folder, open_folder
from edge_agent.identity import Identity, load_key
from edge_agent.options import Options
from edge_agent.ports import Output, Ports
from edge_agent.runtime.box import BoxHealth, NoAmplifier, NoVolume
from edge_agent.runtime.caretaker import BoxCaretaker
from edge_agent.runtime.clock import SystemClock, boot_id
from edge_agent.runtime.link import PahoLink
from edge_agent.runtime.loop import Loop
from edge_agent.runtime.web import HttpWeb

log = structlog.get_logger(__name__)

PACKAGE = "loa-lang"


class Sink(StrEnum):
    """Where sound goes."""

    AUTO = "auto"  # the sound card if there is one, else a file
    CARD = "card"
    WAV = "wav"


@dataclass(frozen=True)
class Settings:
    """What `loa agent run` was told."""

    state: Path
    sink: Sink = Sink.AUTO
    wav: Path | None = None
    station_url: str | None = None
    options: Options | None = None


def options_for(station_url: str) -> Options:
    """The defaults; with the station on this very machine there is no crowd to spare and no mobile network to wait for."""
    if urlsplit(station_url).hostname in {"127.0.0.1", "localhost", "::1"}:
        return Options(reconnect_jitter_s=1.0, report_spread_s=0.5, retry_s=0.5, retry_max_s=30.0, ack_timeout_s=5.0)
    return Options()


def run(settings: Settings) -> None:
    """Run the agent until SIGTERM or SIGINT. Raises AgentError if it cannot begin."""
    identity = Identity.load(settings.state)
    if settings.station_url is not None:
        identity = identity.model_copy(update={"station_url": settings.station_url.rstrip("/")})
    key = load_key(settings.state)
    with closing(open_folder(settings.state)) as folder:
        loop = Loop()
        agent: Agent
        boot = boot_id()
        output = _output(settings, folder, boot, loop.post)
        ports = Ports(
            clock=SystemClock(),
            link=PahoLink(identity.answer, loop.post),
            web=HttpWeb(
                station_url=identity.station_url,
                key=key,
                station=identity.station,
                library=folder.library,
                now_s=lambda: agent.time.now_s(),  # noqa: PLW0108  the agent comes to be below
                post=loop.post,
            ),
            library=folder.library,
            output=output,
            amplifier=NoAmplifier(),
            volume=NoVolume(),
            health=BoxHealth(settings.state, None),
            caretaker=BoxCaretaker({}, loop.post),
        )
        agent = Agent(
            identity=identity,
            key=key,
            store=folder.store,
            ports=ports,
            boot=Boot(boot_id=boot, reason="process", version=version(PACKAGE), reborn=folder.reborn),
            options=settings.options or options_for(identity.station_url),
            random=SystemRandom(),
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: loop.stop())
        log.info("agent runs", device=identity.device, station_url=identity.station_url, output=output.name)
        loop.run(agent)


def _output(settings: Settings, folder: Folder, boot: str, post: Callable[[Callable[[Agent], None]], None]) -> Output:
    from edge_agent.sound.wav import WavSink  # noqa: PLC0415  the agent's logic runs where no sound library is

    if settings.sink is not Sink.WAV:
        from edge_agent.sound.card import CardOutput, card_name, ram_folder  # noqa: PLC0415

        if settings.sink is Sink.CARD or card_name() is not None:
            return CardOutput(ram_folder(folder.path), folder.library, post)
        log.warning("no sound card: what would sound is written to a file")
    default = folder.path / "sound" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.wav"
    return WavSink(settings.wav or default, folder.library, boot, post)
