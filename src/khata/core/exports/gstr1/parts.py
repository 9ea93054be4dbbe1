"""A return too large for one file: parts that the portal takes one after the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from khata.core.exports.gstr1.file import Gstr1
from khata.core.exports.json_text import Tree, json_text

LARGEST = 4_928_307  # 4.7 MiB, as the offline tool measures it
_HEAD = ("gstin", "fp", "gt", "cur_gt", "version", "hash")
_INNER = ("inv", "nt")


class PartTooSmall(ValueError):
    """One row alone is larger than a part may be."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is never torn apart: one document of a group, one row, or a table that is no list."""

    table: str
    row: Tree
    shell: dict[str, Tree] | None = None  # the group a document stands in, without its documents
    inner: str = ""


def file_parts(told: Gstr1, *, largest: int = LARGEST) -> tuple[str, ...]:
    """Return the files of a return: one, or as many as its size needs, in the order of tables.

    Each is whole in itself, with the same head; together they hold every row once. A buyer with
    many documents can stand in two parts.
    Raises: PartTooSmall. Source: the measure and the limit are the offline tool's, V3.2.4.
    """
    tree = told.tree()
    text = json_text(tree)
    if measured(text) <= largest:
        return (text,)
    head = {key: tree[key] for key in _HEAD if key in tree}
    return tuple(
        json_text({**head, **_put_together(some)}) for some in _packed(tree, head, largest)
    )


def part_names(told: Gstr1, *, on: date, count: int) -> tuple[str, ...]:
    """Return the names of the files: the tool's own for one, numbered for several."""
    name = told.file_name(on=on)
    if count == 1:
        return (name,)
    stem = name.removesuffix(".json")
    return tuple(f"{stem}_part{n}of{count}.json" for n in range(1, count + 1))


def measured(text: str) -> int:
    """Return a file's size as the tool measures it: its bytes as a JSON string of their own."""
    return len(text.encode()) + 2 + text.count('"') + text.count("\\")


def _packed(
    tree: Mapping[str, Tree], head: dict[str, Tree], largest: int
) -> Iterator[list[_Piece]]:
    """Fill parts one after the other; a part's size is counted as if every group were new."""
    room = largest - measured(json_text(head))
    part: list[_Piece] = []
    taken = 0
    for piece in _pieces(tree):
        size = _size(piece)
        if size > room:
            raise PartTooSmall(f"a row of {piece.table} is larger than a file may be")
        if taken + size > room:
            yield part
            part, taken = [], 0
        part.append(piece)
        taken += size
    yield part


def _pieces(tree: Mapping[str, Tree]) -> Iterator[_Piece]:
    for table, rows in tree.items():
        if table in _HEAD:
            continue
        if not isinstance(rows, list):
            yield _Piece(table, rows)
            continue
        for row in rows:
            assert isinstance(row, Mapping)
            inner = next((key for key in _INNER if key in row), "")
            documents = row.get(inner)
            if not isinstance(documents, list):
                yield _Piece(table, row)
                continue
            shell = {key: value for key, value in row.items() if key != inner}
            for document in documents:
                yield _Piece(table, document, shell, inner)


def _size(piece: _Piece) -> int:
    return measured(json_text(_put_together([piece])))


def _put_together(pieces: list[_Piece]) -> dict[str, Tree]:
    tables: dict[str, Tree] = {}
    open_group: tuple[str, dict[str, Tree]] | None = None
    for piece in pieces:
        if isinstance(piece.row, Mapping) and piece.table in ("nil", "hsn", "doc_issue"):
            tables[piece.table] = piece.row
            continue
        rows = tables.setdefault(piece.table, [])
        assert isinstance(rows, list)
        if piece.shell is None:
            rows.append(piece.row)
            continue
        group = (piece.table, piece.shell)
        if open_group != group:
            rows.append({**piece.shell, piece.inner: []})
            open_group = group
        last = rows[-1]
        assert isinstance(last, Mapping)
        members = last[piece.inner]
        assert isinstance(members, list)
        members.append(piece.row)
    return tables
