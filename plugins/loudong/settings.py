"""Settings: every knob of an installation, read from the environment (`LOUDONG_*`) in one typed class."""

from functools import cache
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from loudong.errors import LoudongError

Port = Annotated[int, Field(gt=0, le=65535)]
PROJECT_DIR = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """One installation. Paths may be relative to the working directory; ports are on loopback only.

    `warehouse_url` names a PostgreSQL 15+ with the database to use; without it an embedded server runs under
    `state_dir`. Its user is the administrator or, where nothing is set up, saved or restored, one of the lesser
    roles: loudong_pipeline or loudong_bi. Passwords of the lesser roles come from the environment or, for the
    administrator, are generated into `state_dir`/credentials.json (0600) where they are not set.
    """

    model_config = SettingsConfigDict(env_prefix="LOUDONG_", extra="ignore")

    project_dir: Path = PROJECT_DIR
    state_dir: Path = PROJECT_DIR / ".loudong"

    warehouse_url: SecretStr | None = None
    warehouse_database: str = Field(default="loudong", pattern=r"^[a-z][a-z0-9_]*$")
    warehouse_port: Port = 54329
    pipeline_password: SecretStr | None = None
    bi_password: SecretStr | None = None

    airflow_port: Port = 8089
    mlflow_port: Port = 5059
    mlflow_tracking_uri: str | None = Field(default=None, pattern=r"^https?://[^/\s]+")

    landing_dir: Path | None = None
    policy_dir: Path = PROJECT_DIR / "dbt_project" / "seeds" / "policy"
    # The zone whose midnight closes a business date for the scheduler; must equal the portfolio's.
    timezone: str = "Asia/Shanghai"

    # Days before the newest published date whose rows are kept; 0 keeps everything. See docs/operations.md.
    retention_days: int = Field(default=0, ge=0)
    lease_minutes: int = Field(default=60, gt=0)
    load_workers: int = Field(default=2, gt=0)
    # Customer-dates to learn from, by customers that a hash chooses; about 2 GiB of memory for 250,000.
    train_rows: int = Field(default=250_000, gt=0)
    # Shapes of trees that are tried for a model, and the seconds after which no further one is begun.
    tuning_trials: int = Field(default=20, ge=2)
    tuning_seconds: int = Field(default=60, gt=0)
    score_batch_rows: int = Field(default=20_000, gt=0)
    dbt_threads: int = Field(default=2, gt=0)

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("there is no such time zone; write one like Asia/Shanghai") from None
        return value

    @property
    def has_own_mlflow(self) -> bool:
        """Whether MLflow's registry lives beside the embedded warehouse, not on a server of its own."""
        return self.warehouse_url is None and self.mlflow_tracking_uri is None

    @property
    def mlflow_artifacts_dir(self) -> Path:
        """Where models and plots of the own MLflow are kept."""
        return self.state_dir.resolve() / "mlflow-artifacts"

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
    """The settings of this process, read from the environment once. A LoudongError names those that are not valid."""
    try:
        return Settings()
    except ValidationError as error:
        # Never the value: it may be a password.
        problems = [
            f"LOUDONG_{str(one['loc'][0]).upper()} is not valid: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
        ]
        raise LoudongError("; ".join(problems)) from None
