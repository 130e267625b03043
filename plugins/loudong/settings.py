"""Settings: every knob of an installation, read from the environment (`LOUDONG_*`) in one typed class."""

from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_DIR = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """One installation. Paths may be relative to the working directory; ports are on loopback only.

    `warehouse_url` names a PostgreSQL 15+ (its administrator, with the database to use); without it an embedded
    server runs under `state_dir`. Passwords of the lesser roles come from the environment or, where they are not
    set, are generated into `state_dir`/credentials.json (0600).
    """

    model_config = SettingsConfigDict(env_prefix="LOUDONG_", extra="ignore")

    project_dir: Path = PROJECT_DIR
    state_dir: Path = PROJECT_DIR / ".loudong"

    warehouse_url: SecretStr | None = None
    warehouse_database: str = Field(default="loudong", pattern=r"^[a-z][a-z0-9_]*$")
    warehouse_port: int = 54329
    pipeline_password: SecretStr | None = None
    bi_password: SecretStr | None = None

    airflow_port: int = 8089
    airflow_log_port: int = 8793
    mlflow_port: int = 5059
    mlflow_tracking_uri: str | None = None

    landing_dir: Path | None = None
    policy_dir: Path = PROJECT_DIR / "dbt_project" / "seeds" / "policy"
    # The zone whose midnight closes a business date for the scheduler; must equal the portfolio's.
    timezone: str = "Asia/Shanghai"

    lease_minutes: int = Field(default=60, gt=0)
    load_workers: int = Field(default=2, gt=0)
    load_batch_rows: int = Field(default=200_000, gt=0)
    score_batch_rows: int = Field(default=20_000, gt=0)
    dbt_threads: int = Field(default=2, gt=0)

    @property
    def landing_folder(self) -> Path:
        """Where deliveries arrive: `landing_dir`, else a folder of the local state."""
        return (self.landing_dir or self.state_dir / "landing").resolve()

    @property
    def reports_dir(self) -> Path:
        """Where run reports are written, one HTML page per published date."""
        return self.state_dir.resolve() / "reports"


@cache
def get_settings() -> Settings:
    """The settings of this process, read from the environment once."""
    return Settings()
