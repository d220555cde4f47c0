"""Take the README's pictures with headless Chromium, from the pages of `make demo`: `make screenshots`.

usage: python docs/screenshots.py FOLDER_WITH_PAGES
"""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from pathlib import Path

IMAGES = Path(__file__).resolve().parent / "images"
PAGES = ("work-item", "pull-request")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 900, 1180
MARGIN = 24  # rows of background that stay below the last row of text
SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
Pixel = tuple[int, int, int]
Rows = list[list[Pixel]]


def take(browser: str, page: Path, image: Path) -> None:
    """Write a picture of the HTML file *page* to *image*; raises CalledProcessError when *browser* fails."""
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        own = [f"--user-data-dir={folder}/profile", f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={shot}"]
        command = [browser, *OPTIONS, *root, *own, page.resolve().as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        image.write_bytes(encoded(trimmed(decoded(shot.read_bytes()))))


def decoded(png: bytes) -> Rows:
    """Return the rows of pixels of an 8-bit RGB *png*; raises ValueError for any other kind.

    https://www.w3.org/TR/png-3/#9Filters
    """
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    if (depth, colour) != (8, 2):
        raise ValueError(f"expected 8-bit RGB, got depth {depth} and colour type {colour}")
    data, at = b"", 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        data += png[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    raw, stride, above, rows = zlib.decompress(data), width * 3, bytearray(width * 3), []
    for start in range(0, height * (stride + 1), stride + 1):
        line = bytearray(raw[start + 1 : start + 1 + stride])
        _unfilter(raw[start], line, above)
        rows.append(list(zip(line[::3], line[1::3], line[2::3], strict=True)))
        above = line
    return rows


def _unfilter(kind: int, line: bytearray, above: bytearray) -> None:
    for at in range(len(line)):
        left, up, corner = (line[at - 3], above[at], above[at - 3]) if at >= 3 else (0, above[at], 0)
        guess = (0, left, up, (left + up) // 2, _paeth(left, up, corner))[kind]
        line[at] = (line[at] + guess) & 255


def _paeth(left: int, up: int, corner: int) -> int:
    estimate = left + up - corner
    return min((left, up, corner), key=lambda value: abs(estimate - value))


def trimmed(rows: Rows) -> Rows:
    """Return *rows* without the empty ones at the bottom, except for a margin."""
    empty = rows[-1]
    last = max((number for number, row in enumerate(rows) if row != empty), default=0)
    return rows[: last + 1 + MARGIN]


def encoded(rows: Rows) -> bytes:
    """Return *rows* as a PNG with a palette of the most frequent colours; others become the nearest one."""
    counted = Counter(pixel for row in rows for pixel in row)
    palette = [pixel for pixel, _ in counted.most_common(COLOURS)]
    place = {pixel: palette.index(_nearest(pixel, palette)) for pixel in counted}
    lines = b"".join(b"\0" + bytes(place[pixel] for pixel in row) for row in rows)
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 3, 0, 0, 0)
    colours = bytes(value for pixel in palette for value in pixel)
    parts = ((b"IHDR", header), (b"PLTE", colours), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, content) for kind, content in parts)


def _nearest(pixel: Pixel, palette: list[Pixel]) -> Pixel:
    return min(palette, key=lambda other: sum((a - b) ** 2 for a, b in zip(pixel, other, strict=True)))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def main() -> int:
    """Take every picture; returns 1 and says why when Chromium or a page is missing."""
    folder = Path(sys.argv[1])
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    missing = [page for page in PAGES if not (folder / f"{page}.html").is_file()]
    if browser is None or missing:
        why = "Chromium is not installed" if browser is None else f"{folder} lacks {', '.join(missing)}"
        sys.stderr.write(f"{why}.\n")
        return 1
    for page in PAGES:
        image = IMAGES / f"{page}.png"
        take(browser, folder / f"{page}.html", image)
        sys.stdout.write(f"{image} ({image.stat().st_size // 1000} kB)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
