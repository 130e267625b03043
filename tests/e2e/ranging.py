"""A range of dates that is stopped in the middle, and deliveries that come after it."""

import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

from landing.delivering import PAYMENT_HEADER, ask, write

from loudong.landing.load import load_folder

PATIENCE_SECONDS = 300


def stop_in_the_middle(first: date, last: date) -> str:
    """Start `loudong run` over a range and kill it while it builds the day after `first`; the run left open."""
    program = Path(sys.executable).with_name("loudong")
    arguments = [program, "run", "--from", first.isoformat(), "--as-of", last.isoformat()]
    with subprocess.Popen(arguments, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + PATIENCE_SECONDS
        try:
            while time.monotonic() < deadline:
                at_work = ask(
                    "select run_id from ops.run inner join ops.run_step using (run_id) "
                    "where run.state = 'running' and as_of_date > %s and step = 'build_everything'",
                    first,
                )
                if at_work:
                    return str(at_work[0][0])
                assert process.poll() is None, process.stderr.read().decode() if process.stderr else ""
                time.sleep(0.2)
        finally:
            process.kill()
    raise AssertionError(f"no day after {first} was begun within {PATIENCE_SECONDS} seconds")


def correct_payments(landing: Path, after: date, observed_at: str) -> int:
    """Land corrections of payments of the weeks before `after`, known from `observed_at` on; how many."""
    rows = ask(
        "select concat_ws(',', payment_id, customer_id, contract_id, payment_date, paid_amount / 2, '', 'bank', "
        "%s::text) from landing.payment "
        "where payment_date between %s::date - 40 and %s and contract_id is not null order by payment_id limit 40",
        observed_at,
        after,
        after,
    )
    write(
        landing,
        "payment",
        "corrected.csv",
        "\n".join([PAYMENT_HEADER, *(str(row[0]) for row in rows)]),
        observed_at[:10],
    )
    return load_folder(landing).landed
