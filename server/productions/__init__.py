"""The audio of bulletins: what is ordered, and the workers that make it."""

from server.productions.listening import OpenEar
from server.productions.orders import order, stop
from server.productions.workshop import Workshop

__all__ = ["OpenEar", "Workshop", "order", "stop"]
