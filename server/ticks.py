"""What happens by the clock on this side: occurrences are made ahead, deadlines watched. APScheduler only wakes us."""

from datetime import UTC

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import OperationalError

from server import health, inbox, notifications, retention, room
from server.scheduling import deadlines
from server.scheduling.materialise import lacking, materialise
from server.station import Station
from server.tables.columns import now

log = structlog.get_logger(__name__)
_MATERIALISE_S = 60
_DEADLINES_S = 5
_STATISTICS_S = 3600
_TELL_S = 30
_FEEDS_S = 60
_SWEEP_HOUR = 3
"""Local hour in which what is past its term is removed: nobody works, nothing is on air."""


class Ticks:
    """The timers of one station process."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._scheduler.add_job(self.materialise, "interval", seconds=_MATERIALISE_S)
        self._scheduler.add_job(self.watch_deadlines, "interval", seconds=_DEADLINES_S)
        self._scheduler.add_job(self.refresh_statistics, "interval", seconds=_STATISTICS_S)
        self._scheduler.add_job(self.forget_samples, "interval", seconds=_STATISTICS_S)
        self._scheduler.add_job(self.ask_feeds, "interval", seconds=_FEEDS_S)
        self._scheduler.add_job(self.tell_people, "interval", seconds=_TELL_S)
        self._scheduler.add_job(self.sweep, "cron", hour=_SWEEP_HOUR, timezone=station.settings.timezone)

    def start(self) -> None:
        """Once now, then by the clock."""
        self.materialise()
        self._scheduler.start()

    def stop(self) -> None:
        """After the tick that runs."""
        self._scheduler.shutdown()

    def ask_feeds(self) -> None:
        """Answers go up to the province, messages come down."""
        for feed in self._station.feeds:
            try:
                inbox.Round(self._station.database, feed).run()
            except OperationalError as error:  # busy or away: the next round makes up for it
                log.warning("Could not exchange with a feed", feed=feed.name, error=str(error))

    def tell_people(self) -> None:
        """What somebody outside must know is noted, and what is due goes out."""
        settings, at = self._station.settings, now()
        try:
            scarce = room.is_scarce(settings)
            notifications.plan(self._station.database, at, settings.timezone, disk_scarce=scarce)
            notifications.Outbox(self._station.database, self._station.post, settings.name).run(at)
        except OperationalError as error:  # busy or away: the rows wait
            log.warning("Could not tell people", error=str(error))

    def sweep(self) -> None:
        """What is past its term goes."""
        try:
            retention.Broom(self._station.database, self._station.settings).sweep(now())
        except OperationalError as error:  # the next night makes up for it
            log.warning("Could not sweep", error=str(error))

    def refresh_statistics(self) -> None:
        """The planner learns how large the tables have become."""
        try:
            self._station.database.refresh_statistics()
        except OperationalError as error:  # busy: the next hour makes up for it
            log.warning("Could not refresh the statistics", error=str(error))

    def forget_samples(self) -> None:
        """What boxes measured long ago."""
        try:
            with self._station.database.write() as session:
                health.forget(session, now())
        except OperationalError as error:  # busy: the next hour makes up for it
            log.warning("Could not forget old samples", error=str(error))

    def materialise(self) -> None:
        """Occurrences of the next eight days."""
        zone = self._station.settings.timezone
        try:
            with self._station.database.read() as session:
                if not lacking(session, now(), zone):
                    return
            with self._station.database.write() as session:
                made = materialise(session, now(), zone)
        except OperationalError as error:  # busy or away: the next tick makes up for it
            log.warning("Could not materialise", error=str(error))
            return
        if made:
            log.info("Occurrences made", count=made)
            self._station.air.kick()

    def watch_deadlines(self) -> None:
        """What waits for approval, and what a standing rule approves."""
        zone = self._station.settings.timezone
        try:
            with self._station.database.read() as session:
                if not deadlines.pending(session):
                    return
            with self._station.database.write() as session:
                changed = deadlines.watch(session, now(), zone)
        except OperationalError as error:
            log.warning("Could not watch the deadlines", error=str(error))
            return
        if changed:
            self._station.air.kick()
