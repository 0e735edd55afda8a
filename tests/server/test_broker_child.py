"""The broker's process: whatever keeps it from starting, it is started again."""

import subprocess
import sys
import threading

from server.broker.child import Child


def test_a_machine_that_has_no_room_for_a_moment_gets_its_broker_later(tmp_path, monkeypatch):
    tries, heard = [], threading.Event()
    popen = subprocess.Popen

    def narrow(*arguments, **options):
        tries.append(arguments)
        if len(tries) == 1:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return popen(*arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", narrow)
    command = [sys.executable, "-c", "print('here', flush=True); import time; time.sleep(60)"]
    child = Child("test", command, tmp_path / "lock", lambda _: heard.set())
    child.start()
    try:
        assert heard.wait(30)
        assert child.running
    finally:
        child.stop()
    assert not child.running
