"""All pages."""

from server.console import (
    bulletins,
    commune,
    dictionary,
    entrance,
    feedback,
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
    bulletins.router,
    dictionary.router,
    speakers.router,
    urgent.router,
    commune.router,
    resident.router,
    resident_settings.router,
    feedback.router,
)
