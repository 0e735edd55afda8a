"""Coroutines in tests that are no coroutines themselves."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def run(coroutine):
    """Its result, from a loop in a thread of its own: a browser that was opened before keeps the loop of this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
