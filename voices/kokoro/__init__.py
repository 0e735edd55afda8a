"""Kokoro-vi, the default voice: Kokoro-82M's weights with our own Vietnamese reading, tones and timing."""

from voices.kokoro.engine import KokoroEngine
from voices.kokoro.voice import Voice, voices
from voices.kokoro.weights import home, install, installed

__all__ = ["KokoroEngine", "Voice", "home", "install", "installed", "voices"]
