"""Messages between this process and a worker: small JSON objects over a socket, with file handles.

JSON keeps every number exactly; nothing that a plug-in could send is run.
"""

import contextlib
import json
import os
import select
import socket
import struct
from collections.abc import Sequence
from typing import Any

Message = dict[str, Any]
_MOST_HANDLES = 64
_HEADER = struct.Struct("<I")


class ClosedError(Exception):
    """The other side is gone."""


class Wire:
    """One end of a conversation. Not for two threads at a time."""

    def __init__(self, end: socket.socket) -> None:
        """Takes the socket over."""
        self._socket = end

    def fileno(self) -> int:
        """Its file handle."""
        return self._socket.fileno()

    def send(self, message: Message, handles: Sequence[int] = ()) -> None:
        """Sends a message; raises ClosedError."""
        data = json.dumps(message, separators=(",", ":")).encode()
        whole = memoryview(_HEADER.pack(len(data)) + data)
        try:
            if handles:
                sent = socket.send_fds(self._socket, [whole], list(handles))
                whole = whole[sent:]
            self._socket.sendall(whole)
        except OSError as error:
            raise ClosedError from error

    def receive(self) -> tuple[Message, list[int]]:
        """Waits for the next message and the handles that came with it; raises ClosedError."""
        try:
            head, handles, _, _ = socket.recv_fds(self._socket, _HEADER.size, _MOST_HANDLES)
            if len(head) < _HEADER.size:
                head += self._exactly(_HEADER.size - len(head))
            (length,) = _HEADER.unpack(head)
            data = self._exactly(length)
        except OSError as error:
            raise ClosedError from error
        for handle in handles:
            os.set_inheritable(handle, False)
        return json.loads(data), handles

    def wait(self, seconds: float) -> bool:
        """Whether a message, or the end, comes within a time."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(max(0.0, seconds) * 1000))

    def close(self) -> None:
        """Ends the conversation; again is harmless."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _exactly(self, size: int) -> bytes:
        data = bytearray(size)
        rest = memoryview(data)
        while rest:
            count = self._socket.recv_into(rest)
            if not count:
                raise ClosedError
            rest = rest[count:]
        return bytes(data)


def pair() -> tuple[Wire, socket.socket]:
    """Our end of a new conversation, and the socket for the other side."""
    ours, theirs = socket.socketpair()
    return Wire(ours), theirs
