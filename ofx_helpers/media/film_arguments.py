"""How ffmpeg is told to write a writer node's video."""

from pathlib import Path

from ofx_helpers.engine.film import FilmOptions
from ofx_helpers.media.image_types import Size


def film_arguments(film: FilmOptions, size: Size, temporary: Path) -> list[str]:
    """Arguments for frames of RGB, 8 or (where the codec is deep) 16 bits, through a pipe.

    The conversion is Natron's: Rec.709 from 720 rows on, Rec.601 below, limited range but for
    Motion JPEG, chroma by swscale without filter.
    """
    import ffmpeg

    width, height = (side + side % 2 for side in size)
    given = "rgb48le" if film.deep else "rgb24"
    picture = ffmpeg.input(
        "pipe:", format="rawvideo", pix_fmt=given, s=f"{width}x{height}", framerate=film.fps
    )
    options = {
        "c:v": film.encoder,
        "pix_fmt": film.pixel_format.replace("yuvj", "yuv"),
        "f": film.container,
        "strict": "-1",
        **film.options,
    }
    if not film.rgb:
        full = film.pixel_format.startswith("yuvj")
        matrix = "bt709" if size[1] >= 720 else "smpte170m"
        spread = "full" if full else "limited"
        picture = picture.filter(
            "scale", in_range="full", out_range=spread, out_color_matrix=matrix, flags="neighbor"
        )
        picture = picture.filter("format", pix_fmts=options["pix_fmt"])
        options |= {
            "color_range": "pc" if full else "tv",
            "colorspace": matrix,
            "color_primaries": matrix,
            "color_trc": "bt709",
        }
    output = ffmpeg.output(picture, f"file:{temporary}", **options).overwrite_output()
    return [str(argument) for argument in output.get_args()]
