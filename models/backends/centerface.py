"""CenterFace: boxes and five points of faces.

Xu, Yan, Sun, Yang and Luo 2019, "CenterFace: Joint Face Detection and Alignment Using Face as
Point". The network looks at a quarter of the picture's resolution: a heat map of face centres, the
size of the face there (natural logarithm, in quarter pixels), the centre's offset within its cell,
and the five points as parts of the box.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from models import weights
from models.errors import ModelError
from models.face import Face, Point
from models.registry import Backend

_CELL = 4
_MULTIPLE = 32
_LONGEST = 960
_SMALLEST_LONG_SIDE = 480
_LARGEST_ENLARGEMENT = 2.0
_SHARED = 0.3


class CenterFace:
    """The network on OpenVINO, compiled anew when the size of the pictures changes."""

    def __init__(self, *, min_score: float) -> None:
        """Reads the network; ModelError where its file is missing or changed."""
        path = weights.locate("centerface")
        import openvino

        self._core = openvino.Core()
        self._path = path
        self._min_score = min_score
        self._compiled: tuple[tuple[int, int], Any] | None = None

    @property
    def description(self) -> str:
        """One line for reports."""
        return "centerface by OpenVINO on CPU"

    def detect(self, image: npt.NDArray[np.uint8]) -> list[Face]:
        """Faces in (h, w, 3) uint8 RGB, the surest first; see `FaceDetector.detect`."""
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise ModelError(
                f"centerface: the picture must be (height, width, 3) uint8, "
                f"this one is {image.shape} {image.dtype}"
            )
        import cv2

        height, width = image.shape[:2]
        scale = _scale(height, width)
        small = cv2.resize(
            image,
            (round(width * scale), round(height * scale)),
            interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR,
        )
        padded = np.zeros((_rounded(small.shape[0]), _rounded(small.shape[1]), 3), np.float32)
        padded[: small.shape[0], : small.shape[1]] = small
        heat, size, offset, points = self._maps(padded.transpose(2, 0, 1)[None])
        faces = _decoded(heat[0], size, offset, points, self._min_score)
        factors = (width / small.shape[1], height / small.shape[0])
        return [_scaled(face, factors) for face in _without_doubles(faces)]

    def _maps(self, picture: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
        size = (picture.shape[2], picture.shape[3])
        if self._compiled is None or self._compiled[0] != size:
            model = self._core.read_model(self._path)
            model.reshape([1, 3, *size])
            options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
            compiled = self._core.compile_model(model, "CPU", options)
            self._compiled = (size, compiled.create_infer_request())
        request = self._compiled[1]
        request.infer([picture])
        return [np.array(request.get_output_tensor(index).data[0]) for index in range(4)]


def _scale(height: int, width: int) -> float:
    """The picture's scale for the network: large enough for small pictures, bounded for time."""
    longest = max(height, width)
    if longest < _SMALLEST_LONG_SIDE:
        return min(_LARGEST_ENLARGEMENT, _SMALLEST_LONG_SIDE / longest)
    return min(1.0, _LONGEST / longest)


def _rounded(length: int) -> int:
    return -(-length // _MULTIPLE) * _MULTIPLE


def _decoded(
    heat: npt.NDArray[np.float32],
    size: npt.NDArray[np.float32],
    offset: npt.NDArray[np.float32],
    points: npt.NDArray[np.float32],
    min_score: float,
) -> list[Face]:
    faces = []
    for row, column in zip(*np.nonzero(heat >= min_score), strict=True):
        box_height, box_width = np.exp(size[:, row, column]) * _CELL
        middle_y = (row + offset[0, row, column] + 0.5) * _CELL
        middle_x = (column + offset[1, row, column] + 0.5) * _CELL
        left, top = middle_x - box_width / 2, middle_y - box_height / 2
        parts = points[:, row, column].reshape(5, 2)
        places = [(float(left + x * box_width), float(top + y * box_height)) for y, x in parts]
        faces.append(
            Face(
                left=float(left),
                top=float(top),
                right=float(left + box_width),
                bottom=float(top + box_height),
                points=(places[0], places[1], places[2], places[3], places[4]),
                score=float(heat[row, column]),
            )
        )
    return faces


def _without_doubles(faces: list[Face]) -> list[Face]:
    """The surest face of each heap of overlapping ones, the surest first."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.score):
        if all(_overlap(face, other) < _SHARED for other in kept):
            kept.append(face)
    return kept


def _overlap(a: Face, b: Face) -> float:
    width = min(a.right, b.right) - max(a.left, b.left)
    height = min(a.bottom, b.bottom) - max(a.top, b.top)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a.width * a.height + b.width * b.height - shared)


def _scaled(face: Face, factors: tuple[float, float]) -> Face:
    along_x, along_y = factors

    def moved(point: Point) -> Point:
        return point[0] * along_x, point[1] * along_y

    first, second, nose, corner, other = (moved(point) for point in face.points)
    return Face(
        left=face.left * along_x,
        top=face.top * along_y,
        right=face.right * along_x,
        bottom=face.bottom * along_y,
        points=(first, second, nose, corner, other),
        score=face.score,
    )


BACKEND = Backend(
    kind="face",
    name="centerface",
    help="Face boxes and five points by CenterFace on OpenVINO",
    needs=("openvino", "cv2"),
    load=CenterFace,
)
