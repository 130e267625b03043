"""Commands about what runs on this machine."""

from pathlib import Path

import click

from loudong.cli.options import say

DUMP = click.Path(path_type=Path, dir_okay=False)


@click.command()
def setup() -> None:
    """Bring the warehouse to this release's schema; start the embedded server where no other is named."""
    from loudong.warehouse.migrate import set_up

    applied = set_up()
    click.echo(f"applied {', '.join(applied)}" if applied else "the warehouse is up to date")


@click.command()
def up() -> None:
    """Start PostgreSQL, MLflow and Airflow on loopback and wait until they answer."""
    from loudong.stack import services

    say("starting PostgreSQL, MLflow and Airflow ...")
    services.up()
    for name, address in services.addresses().items():
        click.echo(f"{name:<12}{address}")


@click.command()
def stop() -> None:
    """End everything that was started."""
    from loudong.stack import services

    ended = services.down()
    click.echo(f"ended {', '.join(ended)}" if ended else "nothing was running")


@click.command()
def status() -> None:
    """What runs, the newest runs, and which dates are stale."""
    from loudong.pipeline.stale import stale_line
    from loudong.settings import get_settings
    from loudong.stack import services
    from loudong.warehouse.connect import connect
    from loudong.warehouse.migrate import check_version

    if get_settings().warehouse_url is None:
        running = services.running()
        for name, is_running in running.items():
            click.echo(f"{name:<24}{'running' if is_running else 'stopped'}")
        if not running["postgres"]:
            return
    with connect() as connection:
        check_version(connection)
        rows = connection.execute(
            "select coalesce(as_of_date::text, kind), state, started_at, reason from ops.run "
            "order by started_at desc limit 5"
        ).fetchall()
        stale = stale_line(connection)
    for what, state, started_at, reason in rows:
        click.echo(f"{what:<12}{state:<11}{started_at:%Y-%m-%d %H:%M:%S}  {reason or ''}")
    if stale is not None:
        click.echo(stale)


@click.command()
def url() -> None:
    """Where to open Airflow, MLflow and the reports, and how to reach the warehouse as a BI reader."""
    from loudong.settings import get_settings
    from loudong.stack import services
    from loudong.warehouse.connect import place
    from loudong.warehouse.credentials import credentials_path

    settings = get_settings()
    addresses = services.addresses()
    if settings.warehouse_url is not None:  # Airflow and MLflow of this machine run beside the embedded one only
        addresses.pop("Airflow")
        addresses.pop("MLflow")
    if settings.mlflow_tracking_uri is not None:
        addresses["MLflow"] = settings.mlflow_tracking_uri.rpartition("@")[2]
    for name, address in addresses.items():
        click.echo(f"{name:<12}{address}")
    click.echo(f"Warehouse   {place()}  (user loudong_bi)")
    given = settings.bi_password is not None
    click.echo(f"Passwords   {'as set in LOUDONG_BI_PASSWORD' if given else credentials_path(settings)}")


@click.command()
@click.argument("file", type=DUMP)
def backup(file: Path) -> None:
    """Write the warehouse and, unless it runs on a server of its own, MLflow's registry and models into FILE."""
    from loudong.warehouse.backup import backup as write_backup

    size, notes = write_backup(file)
    click.echo(f"{size:,} bytes written to {file}")
    for note in notes:
        click.echo(f"note: {note}")


@click.command()
@click.argument("file", type=DUMP)
@click.option("--yes", is_flag=True, help="Replace what the warehouse and MLflow hold now.")
@click.option("--keep-models", is_flag=True, help="Leave MLflow's registry and models as they are.")
def restore(file: Path, yes: bool, keep_models: bool) -> None:
    """Bring the warehouse, and MLflow where FILE holds it, back to what FILE holds."""
    from loudong.warehouse.backup import restore as read_backup

    notes = read_backup(file, replace=yes, keep_models=keep_models)
    click.echo(f"the warehouse holds what {file} holds")
    for note in notes:
        click.echo(f"note: {note}")


@click.command()
@click.option("--customers", type=click.IntRange(min=200), default=2000, show_default=True)
@click.option("--months", type=click.IntRange(min=18), default=36, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def demo(customers: int, months: int, seed: int) -> None:
    """Everything once: a generated portfolio, Airflow's scheduler, a trained model, the latest day published."""
    from loudong.stack.demo import run_demo

    run_demo(customers, months, seed, say, click.echo)


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, required=True)
def airflow(arguments: tuple[str, ...]) -> None:
    """Airflow's own command with the settings of the local stack, for example: loudong airflow dags list."""
    from loudong.settings import get_settings
    from loudong.stack import services

    click.echo(services.run_airflow(get_settings(), *arguments), nl=False)


COMMANDS = (setup, up, stop, status, url, airflow, backup, restore, demo)
