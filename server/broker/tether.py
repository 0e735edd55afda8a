"""Run a program that cannot outlive the one that started it, and never twice in one folder. Run as a script, by its path.

    python -I tether.py LOCK_FILE PROGRAM ARGUMENT…

Takes the lock (waiting for a predecessor that is still saving), asks the kernel for SIGTERM when the parent's thread ends,
and becomes the program, which inherits lock and request. A program that changes its user loses the request: it must not.
"""

import ctypes
import fcntl
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Become the program."""
    lock_file, *command = sys.argv[1:]
    parent = os.getppid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    lock = os.open(lock_file, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    if os.getppid() != parent:  # it died before the kernel knew of our wish
        sys.exit(1)
    os.set_inheritable(lock, True)
    os.setpgid(0, 0)  # Ctrl-C at the terminal is for the station, which ends us
    os.execv(command[0], command)  # noqa: S606  no shell is what we want


if __name__ == "__main__":
    main()
