"""All pages."""

from server.console import (
    bulletins,
    calendar,
    commune,
    dictionary,
    entrance,
    feedback,
    leader,
    on_air,
    resident,
    resident_settings,
    shell,
    speakers,
    status,
    today,
    trust,
    urgent,
)

ROUTERS = (
    shell.router,
    trust.router,
    entrance.router,
    status.router,
    today.router,
    on_air.router,
    leader.router,
    bulletins.router,
    calendar.router,
    dictionary.router,
    speakers.router,
    urgent.router,
    commune.router,
    resident.router,
    resident_settings.router,
    feedback.router,
)
