"""A real agent from a state folder: every port with its real implementation."""

import signal
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from random import SystemRandom
from urllib.parse import urlsplit

import structlog

from edge_agent.agent import Agent
from edge_agent.boot import Boot
from edge_agent.box_settings import BoxSettings, load_box
from edge_agent.folder import Folder, finish_wipe, open_folder, promise_wipe, ram_folder, wipe
from edge_agent.identity import Identity, load_key
from edge_agent.options import Options
from edge_agent.ports import Amplifier, Output, Ports, Volume, Witness
from edge_agent.progress import RamProgress, noted_memory
from edge_agent.runtime.box import BoxHealth, NoAmplifier, NoVolume
from edge_agent.runtime.caretaker import Act, BoxCaretaker, logs_act
from edge_agent.runtime.clock import SystemClock, boot_id
from edge_agent.runtime.inspector import LibraryInspector
from edge_agent.runtime.link import PahoLink
from edge_agent.runtime.logs import LogLevel, LogTail
from edge_agent.runtime.loop import Loop
from edge_agent.runtime.mixer import CommandVolume
from edge_agent.runtime.releases import (
    Probation,
    Releases,
    doctor_check,
    installed_prefix,
    pip_install,
    update_act,
)
from edge_agent.runtime.trial import Trials
from edge_agent.runtime.watchdog import Watchdog, supervised
from edge_agent.runtime.web import HttpWeb
from protocol.messages import Evidence, FaultReport, Operation

log = structlog.get_logger(__name__)

PACKAGE = "loa-lang"
CARD_EVERY_S = 30.0
"""How often a box without a sound card looks whether one was plugged in."""
_EXPENDABLE = ("care-", "witness")
"""Threads that each live for one act: without them the box plays on."""
Post = Callable[[Callable[[Agent], None]], None]


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
    tail: LogTail | None = None
    """Where the newest log lines are kept for the technician."""
    verbose: bool = False
    """Somebody at the box wants to hear everything, whatever the station says."""


def options_for(station_url: str) -> Options:
    """The defaults; with the station on this very machine there is no crowd to spare and no mobile network to wait for."""
    if urlsplit(station_url).hostname in {"127.0.0.1", "localhost", "::1"}:
        return Options(reconnect_jitter_s=1.0, report_spread_s=0.5, retry_s=0.5, retry_max_s=30.0, ack_timeout_s=5.0)
    return Options()


def run(settings: Settings) -> None:
    """Run the agent until SIGTERM, SIGINT or an order that ends it. Raises AgentError if it cannot begin."""
    finish_wipe(settings.state)
    identity = Identity.load(settings.state)
    if settings.station_url is not None:
        identity = identity.model_copy(update={"station_url": settings.station_url.rstrip("/")})
    key = load_key(settings.state)
    box = load_box(settings.state)
    ends: list[Callable[[], None]] = []
    releases = _releases(settings.state)
    boot = boot_id()
    # Of this key: a box that was enrolled anew has nothing to remember.
    notes = ram_folder(settings.state) / f"progress-{key.kid[:12]}"
    with closing(open_folder(settings.state, at_least=noted_memory(notes, boot))) as folder:
        loop = Loop()
        threading.excepthook = mourn(loop)
        agent: Agent
        output = _output(settings, folder, boot, loop.post)
        restart = loop.stop

        def decommission() -> None:
            promise_wipe(settings.state)
            ends.append(lambda: wipe(settings.state))
            loop.stop()

        web = HttpWeb(
            station_url=identity.station_url,
            key=key,
            station=identity.station,
            library=folder.library,
            now_s=lambda: agent.time.now_s(),  # noqa: PLW0108  the agent comes to be below
            post=loop.post,
        )
        acts = _acts(settings, box, output, folder)
        if releases is not None:
            acts[Operation.UPDATE] = update_act(releases, lambda order: web.bring(order)[0], folder.library)
        ports = Ports(
            clock=SystemClock(trust_rtc=box.trust_rtc),
            link=PahoLink(identity.answer, loop.post),
            web=web,
            library=folder.library,
            output=output,
            amplifier=_amplifier(box, loop),
            volume=_volume(box, loop.post),
            health=BoxHealth(settings.state, output.name if output.evidence is Evidence.E2 else None),
            caretaker=BoxCaretaker(
                acts,
                ending={Operation.RESTART: restart, Operation.DECOMMISSION: decommission},
                after={Operation.UPDATE: loop.stop_in_calm},
                post=loop.post,
                hears=box.microphone is not None,
            ),
            progress=RamProgress(notes, boot),
            witness=_witness(box, folder, loop),
            inspector=LibraryInspector(folder.library, loop.post),
            talk=None if settings.verbose else LogLevel(),
        )
        options = settings.options or options_for(identity.station_url)
        agent = Agent(
            identity=identity,
            key=key,
            store=folder.store,
            ports=ports,
            boot=Boot(boot_id=boot, reason="process", version=version(PACKAGE), reborn=folder.reborn),
            options=replace(options, output_delay_ms=box.output_delay_ms),
            random=SystemRandom(),
        )
        if settings.sink is Sink.AUTO and output.evidence is Evidence.E1 and supervised():
            _without_card(loop)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: loop.stop())
        log.info("agent runs", device=identity.device, station_url=identity.station_url, output=output.name)
        watchdog = Watchdog()
        probation = None if releases is None else Probation(releases.trials, loop.stop_in_calm)

        def alive() -> None:
            watchdog.alive()
            if probation is not None:
                probation.step(healthy=agent.understood)

        loop.run(agent, alive=alive)
    for end in ends:
        end()


def _without_card(loop: Loop) -> None:
    """A box up a pole whose sound goes into a file is mute: that is told, and the process begins anew when a card is there."""
    from edge_agent.sound.card import card_name  # noqa: PLC0415  the agent's logic runs where no sound library is

    told = FaultReport(kind="sound_card", detail="không thấy card âm thanh: những gì phát ra chỉ được ghi vào tệp")
    loop.post(lambda agent: agent.fault(told))

    def wait() -> None:
        while card_name() is None:
            time.sleep(CARD_EVERY_S)
        log.warning("a sound card is there now, beginning anew with it")
        loop.stop()

    threading.Thread(target=wait, name="card-wait", daemon=True).start()


def mourn(loop: Loop) -> Callable[[threading.ExceptHookArgs], None]:
    """What to do when a thread dies of what nobody foresaw: a box without its downloads or its sound must not look alive."""

    def hook(death: threading.ExceptHookArgs) -> None:
        name = "" if death.thread is None else death.thread.name
        log.error("thread died", thread=name, exc_info=death.exc_value)
        if not name.startswith(_EXPENDABLE):
            loop.fail(f"thread {name} died: {death.exc_value}")

    return hook


def _releases(state: Path) -> Releases | None:
    """None where the program was not installed as a release: then it cannot replace itself."""
    prefix = installed_prefix()
    return None if prefix is None else Releases(Trials(prefix), pip_install, doctor_check(state))


def _output(settings: Settings, folder: Folder, boot: str, post: Post) -> Output:
    from edge_agent.sound.wav import WavSink  # noqa: PLC0415  the agent's logic runs where no sound library is

    if settings.sink is not Sink.WAV:
        from edge_agent.sound.card import CardOutput, card_name  # noqa: PLC0415

        if settings.sink is Sink.CARD or card_name() is not None:
            return CardOutput(ram_folder(folder.path), folder.path / "decoded", folder.library, post)
        log.warning("no sound card: what would sound is written to a file")
    default = folder.path / "sound" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.wav"
    return WavSink(settings.wav or default, folder.library, boot, post)


def _amplifier(box: BoxSettings, loop: Loop) -> Amplifier:
    """The relay and the button, where there are any."""
    if box.amplifier is None and box.button is None:
        return NoAmplifier()
    from edge_agent.runtime.gpio import RelayAmplifier, StopButton  # noqa: PLC0415  only boxes with GPIO have the library

    if box.button is not None:
        StopButton(box.button, lambda: loop.post(Agent.button))
    return NoAmplifier() if box.amplifier is None else RelayAmplifier(box.amplifier)


def _witness(box: BoxSettings, folder: Folder, loop: Loop) -> Witness | None:
    """Who can tell that a job was heard, if anybody can."""
    sensed = box.amplifier is not None and box.amplifier.sense_line is not None
    heard = box.microphone is not None and not box.microphone.monitor
    if not sensed and not heard:
        return None
    from edge_agent.sound.selftest import microphone  # noqa: PLC0415  the agent's logic runs where no sound library is
    from edge_agent.sound.witness import BoxWitness  # noqa: PLC0415  the same

    draws = None
    if box.amplifier is not None and sensed:
        from edge_agent.runtime.gpio import CurrentSense  # noqa: PLC0415  only boxes with GPIO have the library

        draws = CurrentSense(box.amplifier).draws
    ear = microphone(box.microphone) if box.microphone is not None and heard else None
    return BoxWitness(folder.library, ear, draws, loop.post)


def _volume(box: BoxSettings, post: Post) -> Volume:
    return NoVolume() if box.mixer is None else CommandVolume(box.mixer, post)


def _acts(settings: Settings, box: BoxSettings, output: Output, folder: Folder) -> dict[Operation, Act]:
    """What this box can do for a technician far away."""
    from edge_agent.sound.selftest import HornTests, microphone, own_file  # noqa: PLC0415

    recorder = None if box.microphone is None else microphone(box.microphone)
    if recorder is None and output.evidence is Evidence.E1:
        recorder = own_file(output)
    horn = HornTests(output, folder.library, recorder, monitor=box.microphone is None or box.microphone.monitor)
    acts: dict[Operation, Act] = {Operation.TEST_TONE: horn.test_tone, Operation.SELF_TEST: horn.self_test}
    if settings.tail is not None:
        acts[Operation.LOGS] = logs_act(settings.tail)
    return acts
