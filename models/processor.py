"""What the processor can do in hardware."""

from functools import cache
from pathlib import Path


@cache
def flags() -> frozenset[str]:
    """The processor's feature flags as Linux names them; empty where it does not list them."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return frozenset()
    for line in lines:
        if line.startswith("flags"):
            return frozenset(line.split(":", 1)[1].split())
    return frozenset()


def has_bfloat16() -> bool:
    """Whether bfloat16 is computed in hardware (AMX or AVX512-BF16), not emulated."""
    return bool(flags() & {"amx_bf16", "avx512_bf16"})
