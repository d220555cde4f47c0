"""Take the pictures of the documents from what `make demo` leaves: `make screenshots`.

Those of the README are of its pages, with headless Chromium; those of the extension are chosen from the
pictures that `make demo SCENARIO=boards` has taken: `make screenshots SCENARIO=boards`.

usage: python docs/screenshots.py STATE_FOLDER
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
# pictures of the extension, by the name that the scenario gives to each
CHOSEN = {
    "boards-dialog-light": "dialog-form-light-wide",
    "boards-dialog-dark": "dialog-form-dark-wide",
    "boards-dialog-high-contrast": "dialog-form-high-contrast-wide",
    "boards-progress-light": "dialog-progress-light-wide",
    "boards-ended-light": "dialog-ended-light-wide",
    "boards-panel-narrow": "panel-light-narrow",
    "boards-settings-light": "settings-light-wide",
    "boards-settings-dark-narrow": "settings-dark-narrow",
    "boards-several-light": "several-3-ended",
    "boards-work-item-light": "one-4-work-item",
}
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
    """Take every picture that *STATE_FOLDER* has; returns 1 and says why when something is missing."""
    state = Path(sys.argv[1])
    return choose(state / "pictures") if (state / "pictures").is_dir() else take_all(state / "pages")


def choose(folder: Path) -> int:
    """Write the chosen pictures of the extension in *folder*, made small; returns 1 when one is missing."""
    missing = [name for name in CHOSEN.values() if not (folder / f"{name}.png").is_file()]
    if missing:
        sys.stderr.write(f"{folder} lacks {', '.join(missing)}.\n")
        return 1
    for name, source in CHOSEN.items():
        image = IMAGES / f"{name}.png"
        image.write_bytes(encoded(trimmed(decoded((folder / f"{source}.png").read_bytes()))))
        _tell(image)
    return 0


def take_all(folder: Path) -> int:
    """Take a picture of each page in *folder*; returns 1 and says why when Chromium or a page is missing."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    missing = [page for page in PAGES if not (folder / f"{page}.html").is_file()]
    if browser is None or missing:
        why = "Chromium is not installed" if browser is None else f"{folder} lacks {', '.join(missing)}"
        sys.stderr.write(f"{why}.\n")
        return 1
    for page in PAGES:
        image = IMAGES / f"{page}.png"
        take(browser, folder / f"{page}.html", image)
        _tell(image)
    return 0


def _tell(image: Path) -> None:
    sys.stdout.write(f"{image} ({image.stat().st_size // 1000} kB)\n")


if __name__ == "__main__":
    sys.exit(main())
