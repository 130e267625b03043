"""What a source changed in the columns it delivers, in words: new, missing, renamed and retyped ones.

A change that costs nothing but a column is a warning with the loaded file; one that leaves a needed column out refuses
the file. The likely new name of a missing column is a hint and nothing more: no column is ever taken for another.
"""

import difflib
from collections import Counter
from collections.abc import Iterable

from loudong.landing.batch import UnreadableFileError
from loudong.landing.contract import DELIVERY_COLUMNS, Entity

LIKENESS = 0.6
# A column that spoils this share of a file's rows is no longer what was agreed; fewer are bad cells.
RETYPED_SHARE = 0.5
WIDTH = "the number of cells"


def known_columns(entity: Entity) -> frozenset[str]:
    """Every column that a file of the entity may have."""
    return frozenset((*entity.column_names, *(column.name for column in DELIVERY_COLUMNS)))


def compare_header(header: list[str], entity: Entity) -> str | None:
    """A warning about new or missing optional columns, or None. Missing needed columns refuse the file."""
    known = known_columns(entity)
    unknown = [name for name in header if name not in known]
    needed = [column.name for column in entity.columns if not column.nullable]
    missing = [name for name in needed if name not in header]
    absent = [name for name in entity.column_names if name not in header]
    if missing:
        hints = "".join(f"; {hint}" for hint in _renamed(missing, unknown))
        raise UnreadableFileError(f"its header lacks {', '.join(missing)}; it has {_listed(header)}{hints}")
    parts = []
    if unknown:
        parts.append(f"unknown column(s) {_listed(unknown)} are not kept; add them to the landing contract")
    if absent:
        parts.append(f"column(s) {', '.join(absent)} are missing and stay empty")
    return "; ".join([*parts, *_renamed(absent, unknown)]) or None


def spoilers(reasons: Iterable[tuple[str, str]]) -> Counter[str]:
    """How many rows each column spoiled by its type, and how many do not have the header's cells; `reasons` are the
    codes and words for which rows were set aside."""
    found: Counter[str] = Counter()
    for code, reason in reasons:
        if code == "wrong_type":  # the reason begins with the column's name
            found[reason.partition(" ")[0]] += 1
        elif code == "wrong_column_count":
            found[WIDTH] += 1
    return found


def retyped(found: Counter[str], rows_read: int) -> str | None:
    """A warning about columns whose type seems to have changed, or None where only single cells are bad."""
    changed = [f"{name} in {rows:,}" for name, rows in found.items() if rows > RETYPED_SHARE * rows_read]
    if not changed:
        return None
    return (
        f"not as the landing contract says: {', '.join(changed)} of {rows_read:,} rows, which are in quarantine; has "
        "the source changed a type or its columns?"
    )


def _renamed(missing: list[str], unknown: list[str]) -> list[str]:
    names = {_plain(name): name for name in unknown}
    hints = []
    for name in missing:
        like = difflib.get_close_matches(_plain(name), names, n=1, cutoff=LIKENESS)
        if like:
            hints.append(f"{names[like[0]]} may be the new name of {name}")
    return hints


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _listed(names: list[str]) -> str:
    """Names one after the other; one that cannot be seen, or is not what it seems, in quotes."""
    return ", ".join(name if name and name == name.strip() else f"'{name}'" for name in names)
