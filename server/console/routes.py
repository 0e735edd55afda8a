"""All pages."""

from server.console import bulletins, commune, dictionary, entrance, on_air, speakers, today, urgent

ROUTERS = (
    entrance.router,
    today.router,
    on_air.router,
    bulletins.router,
    dictionary.router,
    speakers.router,
    urgent.router,
    commune.router,
)
