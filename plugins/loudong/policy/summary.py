"""What a policy says, in one line per table."""

from collections.abc import Iterator

from loudong.policy.load import Policy
from loudong.policy.tables import TABLES, Row

# What tells the rows of a table apart for people; the key where nothing better is named here.
_TOLD = {
    "tier_cutoff": "{tier} from pd {min_pd}",
    "tier_floor": "{floor_code}: at least {min_tier} when {indicator} {operator} {threshold}",
    "policy_version": "{policy_version} from {effective_from}, {approved_by}",
}


def lines(policy: Policy) -> Iterator[str]:
    """The version, and every table with its rows counted and named."""
    yield f"policy {policy.version} holds: no gap, overlap, unknown indicator or unreachable row"
    for name, table in TABLES.items():
        rows = policy.rows[name]
        told = [_TOLD[name].format(**row) if name in _TOLD else _key(row, table.key) for row in rows]
        names = list(dict.fromkeys(told))
        yield f"  {name + '.csv':<24}{len(rows):>4} rows: {'; '.join(names)}"


def _key(row: Row, key: tuple[str, ...]) -> str:
    return str(row[key[0]])
