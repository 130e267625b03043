"""What a column and a table of the policy are."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Value = str | int | Decimal | date | None
Row = dict[str, Value]
Numbered = list[tuple[int, Row]]

# From least to most risk.
TIERS = ("low", "medium", "high")
OPERATORS = (">", ">=", "<", "<=", "=")
CUSTOMER_TYPES = ("person", "enterprise")


@dataclass(frozen=True)
class Field:
    """One column of a policy table. `kind` is text, integer, number or date; `codes` empty allows any text."""

    name: str
    kind: str = "text"
    is_required: bool = True
    codes: tuple[str, ...] = ()
    minimum: int | None = None


@dataclass(frozen=True)
class Table:
    """One policy table; `key` names the columns no two rows may share."""

    name: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]


LABELS = (Field("name_en"), Field("name_zh"))
CONDITION = (Field("indicator"), Field("operator", codes=OPERATORS), Field("threshold", "number"))
