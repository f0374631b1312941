"""Files appear whole or not at all: written under a temporary name beside, then moved."""

import contextlib
import errno
import secrets
from collections.abc import Iterator
from pathlib import Path

from ofx_helpers.media.errors import MediaError

_REASONS = {
    errno.ENOSPC: "the disk is full: free some space",
    errno.EDQUOT: "the disk quota is used up: free some space",
    errno.EACCES: "no permission: choose another folder or change its rights",
    errno.EPERM: "no permission: choose another folder or change its rights",
    errno.EROFS: "the disk is read-only: choose another folder",
    errno.ENOTDIR: "a part of its path is a file, not a folder",
    errno.EEXIST: "a part of its path is a file, not a folder",
    errno.EISDIR: "a folder has that name",
    errno.ENAMETOOLONG: "the name is too long",
}


def os_reason(error: OSError) -> str:
    """What an `OSError` means and what to do, as the end of a sentence."""
    return _REASONS.get(error.errno or 0, error.strerror or str(error))


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that becomes `path` when the block ends without error.

    Makes missing folders. The temporary name keeps the suffix, by which encoders know the format.
    After an error or a Ctrl-C nothing is left. `MediaError` when the folder cannot be made or the
    file cannot be moved; what the block raises passes unchanged.
    """
    temporary = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.part{path.suffix}")
    try:
        with _explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with _explained(path):
            temporary.replace(path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a whole file atomically; `MediaError` when it cannot."""
    with replacing(path) as temporary, _explained(path):
        temporary.write_bytes(data)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MediaError(f"Cannot write {path}: {os_reason(error)}.") from error
