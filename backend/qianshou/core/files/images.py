"""Pictures are decoded within bounds and written anew, so that nothing of the original file survives but its pixels."""

from __future__ import annotations

import io
import warnings
from typing import IO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from qianshou.core.errors import TooLarge
from qianshou.core.files.documents import refuse

LARGEST_IMAGE = 15 * 1024 * 1024
#: Pixels that are decoded at most: a 48-megapixel phone fits, a pixel flood does not.
MOST_PIXELS = 50_000_000
QUALITY = 80
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")


def reencode(stream: IO[bytes], size: int, *, longest_side: int) -> bytes:
    """Return the picture as WebP: upright, without metadata, at most `longest_side` pixels a side.

    Raises :class:`TooLarge` for too many bytes or pixels, :class:`Invalid` (`file_empty`, `not_an_image`) otherwise.
    """
    if size > LARGEST_IMAGE:
        raise TooLarge(_("This picture is larger than 15 MB."), code="file_too_large")
    if size == 0:
        raise refuse("file_empty", _("This file is empty."))
    stream.seek(0)
    if not _looks_like_image(stream.read(16)):
        raise refuse("not_an_image", _("This is not a picture that we can open. Accepted: JPEG, PNG, WebP, HEIC."))
    stream.seek(0)
    try:
        return _reencode(stream, longest_side)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, RuntimeError) as error:
        raise refuse("not_an_image", _("This picture is damaged and cannot be opened.")) from error


def _looks_like_image(head: bytes) -> bool:
    webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    heif = head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS
    return head.startswith(_SIGNATURES) or webp or heif


def _reencode(stream: IO[bytes], longest_side: int) -> bytes:
    from pillow_heif import register_heif_opener

    register_heif_opener()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own bound is lower and always checked
        try:
            image = Image.open(stream, formats=_FORMATS)
        except Image.DecompressionBombError as error:
            raise _too_many_pixels() from error
        if image.width * image.height > MOST_PIXELS:
            raise _too_many_pixels()
        image.draft("RGB", (longest_side, longest_side))
        upright: Image.Image = ImageOps.exif_transpose(image)
    upright.thumbnail((longest_side, longest_side))
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        with_alpha = upright.convert("RGBA")
        upright = Image.new("RGB", with_alpha.size, "white")
        upright.paste(with_alpha, mask=with_alpha.getchannel("A"))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright.convert("RGB"))  # pixels only: no EXIF, no colour profile, no comments
    out = io.BytesIO()
    clean.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()


def _too_many_pixels() -> TooLarge:
    return TooLarge(_("This picture has more than 50 megapixels."), code="image_too_many_pixels")
