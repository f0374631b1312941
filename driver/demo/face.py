"""The demo's face: drawn, so that no picture of anybody has to be shipped."""

import cv2
import numpy as np
from numpy.typing import NDArray

NAME = "El_xox_sillyface.jpg"
SIZE = 512


def draw() -> NDArray[np.uint8]:
    """A silly face that fills its square: (512, 512, 3) RGB."""
    image = np.full((SIZE, SIZE, 3), (232, 190, 150), np.uint8)
    smooth = {"lineType": cv2.LINE_AA}
    for side in (-1, 1):
        eye = (256 + side * 92, 190)
        cv2.ellipse(image, eye, (62, 74), 0, 0, 360, (250, 250, 250), -1, **smooth)
        cv2.ellipse(image, eye, (62, 74), 0, 0, 360, (60, 40, 30), 5, **smooth)
        pupil = (eye[0] - side * 22, eye[1] + 16)
        cv2.circle(image, pupil, 24, (40, 90, 60), -1, **smooth)
        cv2.circle(image, (pupil[0] + 8, pupil[1] - 8), 8, (255, 255, 255), -1, **smooth)
        brow = np.array([[256 + side * 40, 96], [256 + side * 150, 70 + 20 * side]])
        cv2.line(image, brow[0].tolist(), brow[1].tolist(), (70, 40, 20), 16, **smooth)
        cv2.circle(image, (256 + side * 150, 300), 40, (236, 150, 130), -1, **smooth)
    cv2.ellipse(image, (256, 278), (40, 32), 0, 0, 360, (214, 150, 118), -1, **smooth)
    cv2.ellipse(image, (256, 350), (130, 90), 0, 0, 180, (110, 30, 40), -1, **smooth)
    cv2.ellipse(image, (290, 420), (52, 60), 8, 0, 360, (226, 92, 104), -1, **smooth)
    cv2.line(image, (288, 392), (296, 462), (180, 60, 76), 5, **smooth)
    cv2.rectangle(image, (226, 350), (262, 384), (250, 250, 244), -1)
    cv2.rectangle(image, (268, 350), (300, 378), (250, 250, 244), -1)
    return image
