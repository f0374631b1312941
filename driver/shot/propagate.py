"""A mask carried from frame to frame by optical flow, and how far it can be trusted.

What is carried is not the mask but where each pixel came from: a map back to the anchor, the frame
where the mask was last fresh. The mask is sampled there once, so it never blurs, however long the
shot. Flow is estimated on small pictures; its error is told in canvas pixels.

Only the subject's own flow moves it. Beside a moving subject the background comes into sight, and
its flow, which says that it has always been there, would leave a trail of mask behind; so the flow
inside the mask is spread beyond its edge instead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from driver.shot.masks import FAR, Mask, Soft

Grey = NDArray[np.uint8]
Flow = NDArray[np.float32]
FlowModel = Callable[[Grey, Grey], Flow]
"""Flow (h, w, 2) in pixels from the first picture to the second: b(p + flow(p)) shows a(p)."""

FADE_FRAMES = 4
"""Frames over which a fresh mask takes over from the propagated one."""
_LOOK_BACK = 4  # every how many frames the anchor's picture is compared with the frame's
_SMALL = 2.5  # pixels of the small pictures that such a comparison may correct
_LEFT_BEHIND = 14.0  # canvas pixels by which a round trip misses where it is no longer the subject
_DEEP = 6.0  # pixels of the small pictures inside the mask from which flow is all its own
_STRAYED = 1.0  # pixels of the small pictures by which a round trip to the anchor may miss
_AGREE = 0.35  # overlap (IoU) with the propagated mask that a fresh one needs to be believed


@dataclass(frozen=True)
class Pair:
    """Flow between two neighbouring frames of the walk, both ways."""

    ahead: Flow
    """From the earlier to the later frame of the walk, on the earlier frame's pixels."""
    back: Flow
    """From the later to the earlier, on the later frame's pixels."""

    @classmethod
    def between(cls, earlier: Grey, later: Grey, flow: FlowModel) -> "Pair":
        """The flow of two 8-bit grey pictures, both ways."""
        return cls(flow(earlier, later), flow(later, earlier))


@cache
def grid(shape: tuple[int, int]) -> Flow:
    """Each pixel's own coordinates (h, w, 2), x first, counted from the first pixel's centre."""
    out = np.empty((*shape, 2), np.float32)
    out[..., 0], out[..., 1] = np.arange(shape[1]), np.arange(shape[0])[:, None]
    out.flags.writeable = False
    return out


def squared(vectors: Flow) -> NDArray[np.float32]:
    """Squared lengths (h, w) of vectors (h, w, 2)."""
    x, y = vectors[..., 0], vectors[..., 1]
    return np.asarray(x * x + y * y, dtype=np.float32)


def sample(values: NDArray[np.float32], at: Flow) -> NDArray[np.float32]:
    """Values (h, w[, c]) at the coordinates `at` (H, W, 2), linear, the border's beyond it."""
    return np.asarray(
        cv2.remap(values, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        dtype=np.float32,
    )


class Propagator:
    """Carries one mask, as signed distances (canvas h, w), away from the frame it was made on."""

    def __init__(self, distance: Soft, picture: Grey, flow: FlowModel) -> None:
        """Starts from a fresh mask (canvas h, w) and the small picture that shows its subject."""
        small = (picture.shape[0], picture.shape[1])
        self._flow = flow
        self._shape = (distance.shape[0], distance.shape[1])
        self._small = small
        self._scale = small[1] / self._shape[1]
        self._here = grid(small)
        self._old: Soft | None = None
        self._age = 0
        self._moved = False
        self._restart(distance, picture)

    def _restart(self, distance: Soft, picture: Grey) -> None:
        self._anchor = distance
        self._picture = picture
        self._steps = 0
        self._to_anchor = self._here.copy()
        self._from_anchor = self._here.copy()
        self._moved = False

    def step(self, pair: Pair, picture: Grey) -> None:
        """Moves on by one frame, to this small picture."""
        self._age += 1
        self._steps += 1
        if pair.back.any() or pair.ahead.any():
            self._moved = True
            source = self._here + pair.back
            own_back = self._own(pair.back, pair.ahead, source)
            own_ahead = self._own(pair.ahead, pair.back, self._here)
            self._to_anchor = sample(self._to_anchor, self._here + spread(pair.back, own_back))
            self._from_anchor += sample(spread(pair.ahead, own_ahead), self._from_anchor)
        if self._moved and self._steps % _LOOK_BACK == 0:
            self._look_back(picture)

    def _own(self, flow: Flow, again: Flow, before: Flow) -> Soft:
        """How far a flow is the subject's own, 0..1: inside it, and true both ways.

        `again` is the flow the other way, `before` where its pixels lie on the earlier frame. Flow
        is smooth, so that near the mask's edge it is partly the background's.
        """
        origin = sample(self._to_anchor, before)
        inside = self._depth(origin)
        # What once stayed behind has a way to the anchor, but none from there: it goes no farther.
        inside *= squared(sample(self._from_anchor, origin) - before) < _STRAYED**2
        # N. Sundaram, T. Brox, K. Keutzer, "Dense point trajectories by GPU-accelerated large
        # displacement optical flow", ECCV 2010: the error allowed grows with the motion.
        back = sample(again, self._here + flow)
        allowed = 0.01 * (squared(flow) + squared(back)) + 0.5
        return np.asarray(inside * (squared(flow + back) < allowed), dtype=np.float32)

    def _depth(self, at: Flow) -> Soft:
        """How deep inside the mask the anchor is there: 0 at its edge, 1 from `_DEEP` on."""
        small = cv2.resize(self._anchor, self._small[::-1], interpolation=cv2.INTER_AREA)
        deep = sample(np.asarray(small, np.float32), at) * np.float32(self._scale / _DEEP)
        return np.asarray(np.clip(deep, 0, 1), dtype=np.float32)

    def _look_back(self, picture: Grey) -> None:
        """Compares with the anchor's picture itself, so that small errors do not add up.

        Only inside the subject, where both ways of that flow agree and the correction is small:
        what the anchor does not show stays as it was carried.
        """
        as_now = cv2.remap(self._picture, self._to_anchor, None, cv2.INTER_LINEAR)
        back, ahead = self._flow(picture, as_now), self._flow(as_now, picture)
        trip = back + sample(ahead, self._here + back)
        agree = (squared(trip) < 0.5**2) & (squared(back) < _SMALL**2)
        sure = np.asarray(self._depth(self._to_anchor) * agree, dtype=np.float32)
        if sure.any():
            self._to_anchor = sample(self._to_anchor, self._here + spread(back, sure))
            self._from_anchor += sample(spread(ahead, sure), self._from_anchor)

    def distance(self) -> Soft:
        """The mask on this frame, as signed distances on the canvas."""
        share = min(self._age / FADE_FRAMES, 1.0)
        if self._old is not None and share >= 1:
            self._old = None
        anchor = self._anchor
        if self._old is not None:
            anchor = self._old * np.float32(1 - share) + self._anchor * np.float32(share)
        if not self._moved:
            return anchor.copy()
        carried = sample(anchor, self._on_canvas(self._to_anchor))
        # What a limb leaves behind would go on as mask. Where the way to the anchor and back ends
        # far from where it began there is none; the slope makes up for the enlargement.
        missed = cv2.medianBlur(self._missed(), 5)
        room = cv2.resize((_LEFT_BEHIND - missed) * np.float32(3), carried.shape[::-1])
        room = np.maximum(room, np.float32(-FAR))
        return np.asarray(np.minimum(carried, room), dtype=np.float32)

    def _missed(self) -> Soft:
        """Canvas pixels (small h, w) between each pixel and where its round trip ends."""
        trip = sample(self._from_anchor, self._to_anchor) - self._here
        return np.asarray(np.sqrt(squared(trip)) / self._scale, dtype=np.float32)

    def error(self, distance: Soft) -> float:
        """Canvas pixels by which the way back misses the way out, inside the mask.

        The mean of the round trip frame → anchor → frame, each pixel counted with 8 px at most:
        what is hidden on one of the frames cannot agree.
        """
        near = cv2.resize(distance, self._small[::-1], interpolation=cv2.INTER_LINEAR) > 0
        if not near.any() or not self._moved:
            return 0.0
        return float(np.minimum(self._missed()[near], 8.0).mean())

    def refresh(self, fresh: Soft, picture: Grey) -> bool:
        """Starts again from a mask freshly made on this frame; says whether it was believed.

        It does not replace the propagated mask at once, which would flicker: over the next
        `FADE_FRAMES` frames the edge moves from one to the other, both carried by the flow. A
        fresh mask that hardly overlaps the propagated one shows something else and is refused.
        """
        carried = self.distance()
        if overlap(carried > 0, fresh > 0) < _AGREE:
            return False
        self._old = carried
        self._age = 0
        self._restart(fresh, picture)
        return True

    def _on_canvas(self, small: Flow) -> Flow:
        """A map of the small pictures as a map of the canvas, in canvas pixels."""
        height, width = self._shape
        # The offsets are enlarged, not the coordinates: a map at rest stays exactly at rest.
        offsets = cv2.resize(small - self._here, (width, height), interpolation=cv2.INTER_LINEAR)
        offsets *= np.float32(1 / self._scale)
        return np.asarray(grid(self._shape) + offsets, dtype=np.float32)


def spread(vectors: Flow, trust: Soft) -> Flow:
    """The vectors (h, w, 2) where they are trusted, and their smooth continuation elsewhere.

    By means over ever coarser pictures of what is trusted (S. J. Gortler and others, "The
    Lumigraph", SIGGRAPH 1996, push and pull). Where nothing is trusted all come back unchanged.
    """
    return _pulled(vectors * trust[..., None], trust) if trust.any() else vectors


def _pulled(values: Flow, weight: Soft) -> Flow:
    """Values (h, w, 2), already times their weight (h, w) of 0..1, with their gaps filled."""
    height, width = weight.shape
    if min(height, width) <= 2:
        mean = values.sum(axis=(0, 1)) / max(float(weight.sum()), 1e-6)
        return np.asarray(values + mean * (1 - weight[..., None]), dtype=np.float32)
    coarse, seen = cv2.pyrDown(values), cv2.pyrDown(weight)
    # A coarse pixel that saw anything counts in full: else what is far would win over what is near.
    share = np.minimum(seen * 4, 1)
    coarse *= (share / np.maximum(seen, 1e-6))[..., None]
    filled = cv2.pyrUp(_pulled(coarse, share), dstsize=(width, height))
    return np.asarray(values + filled * (1 - weight[..., None]), dtype=np.float32)


def overlap(a: Mask, b: Mask) -> float:
    """Intersection over union, 1 for two empty masks."""
    union = int((a | b).sum())
    return float((a & b).sum() / union) if union else 1.0
