"""What a comparison must leave as it was."""

from collections.abc import Iterable

from loudong.warehouse.connect import connect

PUBLISHED = ("marts.fct_customer_features", "risk.customer_score", "risk.customer_tier", "ops.publication")


def checksums(tables: Iterable[str] = PUBLISHED) -> dict[str, object]:
    """Number of rows and checksum of each table, whatever the order of its rows."""
    with connect("admin") as connection:
        return {
            name: connection.execute(
                f"select count(*), md5(string_agg(t::text, '|' order by t::text)) from {name} as t".encode()
            ).fetchone()
            for name in tables
        }
