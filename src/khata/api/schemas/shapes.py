"""What a text must look like: a pattern for machines, and a sentence for the person who missed."""

import re
import unicodedata
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

# Letters by their category, blank by their looks: the fillers of Hangul, and Braille without dots.
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# Separators, marks that need a letter below them, controls and what is invisible by itself.
_UNSEEN: Final = frozenset({"Zs", "Zl", "Zp", "Mn", "Me", "Cc", "Cf"})


class Shape:
    """Holds a text to a pattern, which the published description shows."""

    def __init__(self, pattern: str, sentence: str) -> None:
        self._pattern = pattern
        self._sentence = sentence

    def __get_pydantic_core_schema__(self, of: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._held, handler(of))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return handler(schema) | {"pattern": self._pattern}

    def _held(self, text: str) -> str:
        # fullmatch: `$` alone would let a last line break through.
        if re.fullmatch(self._pattern, text) is None:
            raise PydanticCustomError("bad_text", "{sentence}", {"sentence": self._sentence})
        return text


def seen(text: str) -> str:
    """Return the text if a person would see anything of it; a name of blanks names nobody."""
    if all(unicodedata.category(c) in _UNSEEN or c in _BLANK_LETTERS for c in text):
        raise PydanticCustomError("bad_text", "A text that can be seen is asked for")
    return text
