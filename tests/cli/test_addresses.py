"""Promise of `loudong url` and `loudong status`: they speak of the warehouse that is used."""

from second_machine import second_machine


def test_the_addresses_are_those_of_the_warehouse_that_is_used() -> None:
    with second_machine() as machine:
        own = machine.loudong("url")
        assert f"Warehouse   127.0.0.1:{machine.settings.warehouse_port}/loudong  (user loudong_bi)" in own.stdout
        assert "credentials.json" in own.stdout
        given = "postgresql://loudong_pipeline:hush@db.example:6000/risk?sslmode=require"
        theirs = machine.loudong(
            "url",
            LOUDONG_WAREHOUSE_URL=given,
            LOUDONG_MLFLOW_TRACKING_URI="https://me:hush@mlflow.example/x",
            LOUDONG_BI_PASSWORD="hush",
        )
        assert theirs.returncode == 0
        assert theirs.stdout.splitlines() == [
            f"Run reports {machine.settings.reports_dir.as_uri()}",
            "MLflow      mlflow.example/x",
            "Warehouse   db.example:6000/risk  (user loudong_bi)",
            "Passwords   as set in LOUDONG_BI_PASSWORD",
        ]


def test_the_status_tells_of_a_warehouse_of_ones_own_without_the_services_of_this_machine() -> None:
    with second_machine() as machine:
        assert "postgres                stopped" in machine.loudong("status").stdout
        assert machine.loudong("setup").returncode == 0
        assert machine.loudong("status").stdout.startswith("postgres                running\n")
        url = machine.superuser("loudong").url()
        password = machine.python(
            "from loudong.settings import get_settings\nfrom loudong.warehouse.credentials import credentials\n"
            "print(credentials(get_settings())['pipeline'])"
        )
        told = machine.loudong("status", LOUDONG_WAREHOUSE_URL=url, LOUDONG_PIPELINE_PASSWORD=password)
        assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
