"""Writes a stranger's file anew in a process of its own, which has no keys, little memory and little time.

`python -m services.matching.gateways.rewriting` reads a file from its input and writes one line (`written` and
the media type, or `refused` and why) and the new file.
"""

import resource
import sys
import warnings
from io import BytesIO
from typing import Literal

import pikepdf
from PIL import Image, ImageOps

from services.matching.gateways.unusable import Unusable

MOST_PIXELS = 60_000_000
LONGEST_SIDE = 4000
MOST_PAGES = 60
MOST_WRITTEN = 10 * 1024 * 1024
MEMORY = 1536 * 1024 * 1024
SECONDS = 20
DEEPEST = 40

OF_A_PAGE = (
    "/Type", "/Parent", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate", "/UserUnit",
    "/Contents", "/Resources", "/Group",
)  # fmt: skip
"""All that a page keeps; annotations are drawn into it before."""
NEVER = (
    "/Metadata", "/PieceInfo", "/AF", "/OPI", "/Ref", "/Alternates", "/AA", "/EF", "/JS", "/JavaScript", "/OpenAction",
)  # fmt: skip
OUTSIDE = ("/F", "/FFilter", "/FDecodeParms")
"""Keys by which a stream would be read from another file."""


class NotUsable(Exception):
    """The file is not what we take."""

    def __init__(self, why: Unusable) -> None:
        super().__init__(why)
        self.why = why


def rewritten(content: bytes) -> tuple[str, bytes]:
    """The media type, found in the content itself, and the file as we wrote it; raises `NotUsable`."""
    if not content:
        raise NotUsable("empty")
    if content.startswith(b"%PDF-"):
        media_type, written = "application/pdf", _pdf(content)
    elif content.startswith(b"\xff\xd8\xff"):
        media_type, written = "image/jpeg", _image(content, "JPEG")
    elif content.startswith(b"\x89PNG\r\n\x1a\n"):
        media_type, written = "image/png", _image(content, "PNG")
    else:
        raise NotUsable("unknown")
    if len(written) > MOST_WRITTEN:
        raise NotUsable("too-large")
    return media_type, written


def _image(content: bytes, kind: Literal["JPEG", "PNG"]) -> bytes:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(BytesIO(content), formats=[kind]) as found:
            found.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            found.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(found).convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotUsable("too-large") from None
    except (OSError, SyntaxError, ValueError, EOFError):
        raise NotUsable("damaged") from None
    fresh = Image.new("RGB", upright.size, "white")
    fresh.paste(upright, mask=upright)
    written = BytesIO()
    if kind == "PNG":
        fresh.save(written, "PNG", optimize=True)
    else:
        fresh.save(written, "JPEG", quality=88)
    return written.getvalue()


def _pdf(content: bytes) -> bytes:
    try:
        with pikepdf.open(BytesIO(content), suppress_warnings=True) as found, pikepdf.new() as fresh:
            if found.is_encrypted:
                raise NotUsable("encrypted")
            if not 0 < len(found.pages) <= MOST_PAGES:
                raise NotUsable("too-many-pages" if len(found.pages) else "damaged")
            found.flatten_annotations("all")
            for page in found.pages:
                _keep_only(page.obj, OF_A_PAGE)
            fresh.pages.extend(found.pages)
            for thing in fresh.objects:
                _strip(thing, DEEPEST)
            fresh.remove_unreferenced_resources()
            written = BytesIO()
            fresh.save(written, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
            return written.getvalue()
    except pikepdf.PasswordError:
        raise NotUsable("encrypted") from None
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError, KeyError, RuntimeError):
        raise NotUsable("damaged") from None


def _keep_only(page: pikepdf.Object, kept: tuple[str, ...]) -> None:
    for name in list(page.keys()):
        if name not in kept:
            del page[name]


def _strip(thing: pikepdf.Object, depth: int) -> None:
    if depth == 0:
        raise NotUsable("damaged")
    if isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
        _strip_names(thing, NEVER + (OUTSIDE if isinstance(thing, pikepdf.Stream) else ()))
        for name in list(thing.keys()):
            _strip_direct(thing[name], depth)
    elif isinstance(thing, pikepdf.Array):
        for each in thing.as_list():
            _strip_direct(each, depth)


def _strip_names(thing: pikepdf.Object, names: tuple[str, ...]) -> None:
    for name in names:
        if name in thing:
            del thing[name]


def _strip_direct(thing: object, depth: int) -> None:
    if isinstance(thing, pikepdf.Object) and not thing.is_indirect:
        _strip(thing, depth - 1)


def main() -> None:
    """Rewrite what comes in."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    content = sys.stdin.buffer.read()
    try:
        media_type, written = rewritten(content)
    except NotUsable as refusal:
        sys.stdout.buffer.write(f"refused {refusal.why}\n".encode())
    except MemoryError:
        sys.stdout.buffer.write(b"refused too-large\n")
    else:
        sys.stdout.buffer.write(f"written {media_type}\n".encode() + written)


if __name__ == "__main__":
    main()
