"""All pages."""

from server.console import bulletins, commune, entrance, on_air, speakers, today, urgent

ROUTERS = (
    entrance.router,
    today.router,
    on_air.router,
    bulletins.router,
    speakers.router,
    urgent.router,
    commune.router,
)
