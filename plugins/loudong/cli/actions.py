"""Commands for what policy asks to do about a customer: see it, approve it, send it, confirm it, end it."""

import json

import click

from loudong.errors import LoudongError

STATES = ("proposed", "approved", "sent", "confirmed", "lapsed")
MOVES = {
    "approve": ("approved", "Put proposed actions into force; what was in force of the same kind ends."),
    "send": ("sent", "Note that approved actions went to the system that carries them out."),
    "confirm": ("confirmed", "Note that the system that carries them out confirmed sent actions."),
    "lapse": ("lapsed", "End actions, or refuse proposals: not asked for again before their period is over."),
}


@click.group()
def action() -> None:
    """What policy asks to do about customers: limits, monitoring, restrictions, support."""


@action.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only this state; without it, all that have not lapsed.")
@click.option("--code", help="Only this kind, for example transaction_restriction.")
@click.option("--standard", help="Only this standard, for example no_new_credit.")
@click.option("--tier", type=click.Choice(["high", "medium", "low"]), help="Only proposed for this tier.")
@click.option("--customer", help="Only this customer.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def list_(
    state: str | None,
    code: str | None,
    standard: str | None,
    tier: str | None,
    customer: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Show actions: id, customer, what is asked, state and period."""
    from loudong.decisions.action_states import list_actions
    from loudong.warehouse.migrate import require_schema

    require_schema()
    for row in list_actions(state, code, tier, customer, standard, limit):
        if as_json:
            click.echo(json.dumps(row, ensure_ascii=False, default=str))
        else:
            proposed = row["intent"].get("proposed_limit_amount")
            click.echo(
                f"{row['action_id']:>8} {row['customer_id']:<14}{row['standard_code']:<22}{row['state']:<10}"
                f"{row['period_start_date']} to {row['period_end_date']}  {row['intent']['name_en']}"
                + (f"; proposed limit {proposed:,}" if proposed is not None else "")
            )


def _moving(name: str, to_state: str, text: str) -> click.Command:
    @click.command(name, help=text)
    @click.argument("action_ids", type=int, nargs=-1, metavar="ACTION...")
    @click.option("--standard", help="All of this standard that can be moved, in place of ids.")
    @click.option("--by", required=True, help="Who decides.")
    @click.option("--because", required=True, help="Why.")
    def move(action_ids: tuple[int, ...], standard: str | None, by: str, because: str) -> None:
        from loudong.decisions.action_states import TRANSITIONS, list_actions, move_actions
        from loudong.decisions.acts import Act
        from loudong.warehouse.migrate import require_schema

        if bool(action_ids) == bool(standard):
            raise LoudongError("name actions by their ids, or all of one --standard; see: loudong action list")
        require_schema()
        if standard:
            movable = [state for state, to in TRANSITIONS.items() if to_state in to]
            found = [row for state in movable for row in list_actions(state=state, standard=standard)]
            action_ids = tuple(row["action_id"] for row in found)
        moved = move_actions(action_ids, to_state, Act(by, because))
        click.echo(f"{moved} action(s) {to_state}")

    return move


for _name, (_to_state, _text) in MOVES.items():
    action.add_command(_moving(_name, _to_state, _text))

COMMANDS = (action,)
