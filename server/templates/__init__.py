"""Ready-made things: day plans that a commune fills, messages that a village head completes."""

from server.templates.day_plans import Content, Filled, apply
from server.templates.messages import Blank, BlankKind, Message, fill, find, messages

__all__ = ["Blank", "BlankKind", "Content", "Filled", "Message", "apply", "fill", "find", "messages"]
