"""Which characters the fonts that ship with us can show."""

import struct
from collections.abc import Iterable
from pathlib import Path

_WINDOWS = 3  # the platform whose character map every font has
_SEGMENTS, _RANGES = 4, 12  # formats of the map: the basic plane, and all planes


def covered(fonts: Iterable[Path]) -> frozenset[int]:
    """Return the code points that at least one of these TrueType files has a glyph for.

    Source: OpenType 1.9, "cmap - Character to Glyph Index Mapping Table".
    """
    return frozenset(point for font in fonts for point in _mapped(font.read_bytes()))


def _mapped(font: bytes) -> Iterable[int]:
    start = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", font, start + 2)
    for record in range(count):
        platform, _, offset = struct.unpack_from(">HHL", font, start + 4 + 8 * record)
        (form,) = struct.unpack_from(">H", font, start + offset)
        if platform == _WINDOWS and form == _SEGMENTS:
            yield from _in_segments(font, start + offset)
        if platform == _WINDOWS and form == _RANGES:
            yield from _in_ranges(font, start + offset)


def _table(font: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, 4)
    for record in range(count):
        name, _, offset, _ = struct.unpack_from(">4sLLL", font, 12 + 16 * record)
        if name == tag:
            return int(offset)
    raise ValueError("the font has no character map")


def _in_segments(font: bytes, at: int) -> Iterable[int]:
    count = struct.unpack_from(">H", font, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
    for first, last in zip(starts, ends, strict=True):
        if first != 0xFFFF:  # the map closes with an empty segment
            yield from range(first, last + 1)


def _in_ranges(font: bytes, at: int) -> Iterable[int]:
    (count,) = struct.unpack_from(">L", font, at + 12)
    for group in range(count):
        first, last, _ = struct.unpack_from(">LLL", font, at + 16 + 12 * group)
        yield from range(first, last + 1)
