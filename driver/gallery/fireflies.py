"""Small lights that wander before black."""

import numpy as np
from numpy.typing import NDArray


def fireflies(width: int, height: int, time: float, *, count: int = 46) -> NDArray[np.float64]:
    """(h, w, 3) display-referred RGB, 0 to 1; larger lights move farther between times 0 and 1."""
    rng = np.random.default_rng(5)
    x = (np.arange(width)[None] + 0.5) / height
    y = (np.arange(height)[:, None] + 0.5) / height
    picture = np.zeros((height, width, 3))
    for _ in range(count):
        size = 0.004 + 0.012 * rng.random() ** 3
        phase, far = rng.uniform(0, 2 * np.pi, 2), 6 * size
        across = rng.uniform(0, width / height) + far * np.sin(2 * time + phase[0])
        down = rng.uniform(0.30, 1.0) + far * np.cos(3 * time + phase[1])
        bright = 0.55 + 0.45 * np.sin(7 * time + phase[0] * 3)
        distance = (x - across) ** 2 + (y - down) ** 2
        light = np.exp(-distance / size**2) + 0.28 * np.exp(-distance / (4 * size) ** 2)
        picture += (bright * light)[..., None] * np.array((1.0, 0.78, 0.34))
    return picture
