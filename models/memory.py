"""How much memory is free and how much this process has used."""

import sys
from pathlib import Path

_ASSUMED = 2 << 30
_CGROUP = Path("/sys/fs/cgroup")


def available_bytes() -> int:
    """Memory that can be taken without swapping; 2 GiB where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        table = {line.split(":")[0]: line.split()[1] for line in lines}
        free = int(table["MemAvailable"]) * 1024
    except (OSError, KeyError, IndexError, ValueError):
        return _ASSUMED
    try:  # A container may allow less than the machine has.
        limit = int((_CGROUP / "memory.max").read_text(encoding="ascii"))
        used = int((_CGROUP / "memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return free
    return max(0, min(free, limit - used))


def peak_bytes() -> int:
    """The most memory this process has held so far; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
