"""All pages."""

from server.console import bulletins, entrance, on_air, speakers, today, urgent

ROUTERS = (entrance.router, today.router, on_air.router, bulletins.router, speakers.router, urgent.router)
