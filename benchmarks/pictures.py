"""uv run python -m benchmarks.pictures: the memory that taking the worst pictures needs.

See README.md beside this file.
"""

import re
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.environment import say_machine

if TYPE_CHECKING:
    from PIL import Image

MOST_MEGABYTES = 300
TALLEST = 10_000  # px


def main() -> None:
    say_machine("pillow")
    with TemporaryDirectory() as folder:
        for file in _worst(Path(folder)):
            size = file.stat().st_size / 1e6
            with get_context("spawn").Pool(1) as fresh:  # a process without leftovers
                grown = fresh.apply(_grown_by_taking, [file])
            print(f"{file.name:20}{size:6.1f} MB{grown:8.0f} MB of memory")
    print(f"\nThe goal is at most {MOST_MEGABYTES} MB each.")


def _grown_by_taking(file: Path) -> float:
    """By how many megabytes this process is larger at most while it takes the file."""
    from PIL import ImageCms, ImageOps  # noqa: F401 (not the picture's own)

    from courses.pictures import drawn_widths, take_picture

    data = file.read_bytes()
    before = _megabytes("VmRSS")
    for _width, _content in drawn_widths(take_picture(file.name, data)):
        pass
    return _megabytes("VmHWM") - before


def _megabytes(name: str) -> float:
    status = Path("/proc/self/status").read_text()
    (kilobytes,) = re.findall(rf"{name}:\s+(\d+) kB", status)
    return int(kilobytes) / 1000


def _worst(folder: Path) -> Iterator[Path]:
    """Files as large as they may be, of each kind and mode, that are all written anew."""
    from PIL import Image, ImageCms

    from courses.pictures import MAX_PIXELS

    exif = Image.Exif()
    exif[0x0112] = 6  # it lies on its side
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    words = {"exif": exif.tobytes(), "icc_profile": profile}
    for name, mode, options in (
        ("grey-16.png", "I;16", {"icc_profile": profile}),
        ("grey-alpha.png", "LA", words),
        ("palette-clear.png", "P", {"transparency": 3, **words}),
        ("colours.png", "RGB", words),
        ("colours-alpha.png", "RGBA", words),
        ("palette-clear.gif", "P", {"transparency": 3}),
        ("baseline.jpg", "RGB", words),
        ("progressive.jpg", "RGB", {"progressive": True, "subsampling": 0, **words}),
        ("print.jpg", "CMYK", {"progressive": True, "exif": exif.tobytes()}),
        ("square.webp", "RGBA", words),
        ("tall.webp", "RGBA", words),
    ):
        kind = "jpeg" if name.endswith("jpg") else name[-4:].strip(".")
        height = TALLEST if "tall" in name else int(MAX_PIXELS[kind] ** 0.5)
        picture = _drawing(MAX_PIXELS[kind] // height, height, mode)
        picture.save(folder / name, **options)
        yield folder / name


def _drawing(width: int, height: int, mode: str) -> "Image.Image":
    from PIL import Image

    grey = Image.linear_gradient("L").resize((width, height))
    if mode == "I;16":
        return Image.new(mode, (width, height), 30_000)
    if mode in {"L", "P"}:
        return grey.convert(mode)
    return Image.merge(mode, [grey] * Image.getmodebands(mode))


if __name__ == "__main__":
    main()
