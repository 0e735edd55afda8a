"""The console: Vietnamese pages over the same deeds as the API. Everything works by plain forms; scripts only make it nicer."""

from server.console.languages import teller_of
from server.console.pages import STATIC, problem
from server.console.routes import ROUTERS

__all__ = ["ROUTERS", "STATIC", "problem", "teller_of"]
