"""A TCP proxy that cuts, stalls and throttles: the mobile network between a pole and its station."""

import contextlib
import selectors
import socket
import threading
import time

CHUNK = 512


class Line:
    """A context manager: `ports` lead to the `targets` on this machine. All share `bytes_per_s`; None is as fast as it goes."""

    def __init__(self, *targets: int) -> None:
        self.bytes_per_s: float | None = None
        self.stalled = False
        self.carried = 0
        self._targets = targets
        self._up = True
        self._open = True
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._lock = threading.RLock()
        self._listeners = [socket.create_server(("127.0.0.1", 0)) for _ in targets]
        self.ports = [listener.getsockname()[1] for listener in self._listeners]
        for listener, target in zip(self._listeners, targets, strict=True):
            self._selector.register(listener, selectors.EVENT_READ, target)

    def __enter__(self):
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._open = False
        self._thread.join()
        self.cut()
        for listener in self._listeners:
            listener.close()
        self._selector.close()

    def cut(self) -> None:
        """Every connection breaks, and none can be made until `mend`."""
        with self._lock:
            self._up = False
            for end in list(self._pairs):
                self._drop(end)

    def mend(self) -> None:
        self._up = True

    def _drop(self, end: socket.socket) -> None:
        for one in (end, self._pairs.pop(end, None)):
            if one is not None:
                self._pairs.pop(one, None)
                with contextlib.suppress(KeyError, ValueError):
                    self._selector.unregister(one)
                one.close()

    def _run(self) -> None:
        while self._open:
            if self.stalled:
                time.sleep(0.02)
                continue
            for key, _ in self._selector.select(0.05):
                with self._lock, contextlib.suppress(OSError):
                    if isinstance(key.data, int):
                        self._accept(key.fileobj, key.data)
                    elif key.fileobj in self._pairs:
                        self._carry(key.fileobj)

    def _accept(self, listener: socket.socket, target: int) -> None:
        near, _ = listener.accept()
        if not self._up:
            near.close()
            return
        far = socket.create_connection(("127.0.0.1", target))
        for one, other in ((near, far), (far, near)):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            self._pairs[one] = other
            self._selector.register(one, selectors.EVENT_READ, None)

    def _carry(self, end: socket.socket) -> None:
        try:
            data = end.recv(CHUNK)
            if data:
                self._pairs[end].sendall(data)
        except OSError:
            data = b""
        if not data:
            self._drop(end)
            return
        self.carried += len(data)
        if self.bytes_per_s:
            time.sleep(len(data) / self.bytes_per_s)
