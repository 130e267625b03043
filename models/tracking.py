"""Reaching MLflow: beside the embedded warehouse its database itself, else the server that settings name."""

import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from loudong.errors import LoudongError, MlflowUnreachableError
from loudong.settings import get_settings
from loudong.warehouse.connect import embedded_url
from loudong.warehouse.credentials import credentials

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlflow import MlflowClient

# Answers of a server that is there but cannot serve now.
PASSING = ("TEMPORARILY_UNAVAILABLE", "DEADLINE_EXCEEDED", "REQUEST_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED")


def mlflow_client() -> "MlflowClient":
    """A client of MLflow, whose module-level functions go to the same place from then on."""
    _configure()
    import mlflow

    settings = get_settings()
    if is_local():
        uri = embedded_url(settings, "mlflow", "mlflow", credentials(settings)["mlflow"])
    else:
        uri = str(settings.mlflow_tracking_uri)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    return mlflow.MlflowClient()


def is_local() -> bool:
    """Whether MLflow lives beside the embedded warehouse. A LoudongError when nothing says where it is."""
    settings = get_settings()
    if settings.mlflow_tracking_uri is None and settings.warehouse_url is not None:
        raise LoudongError("LOUDONG_MLFLOW_TRACKING_URI must name an MLflow server when the warehouse is not embedded")
    return settings.has_own_mlflow


@contextmanager
def reaching_mlflow() -> "Iterator[None]":
    """Raise MlflowUnreachableError, naming the address, when MLflow does not answer, breaks off or is overloaded.

    What a server of its own refuses becomes a LoudongError.
    """
    _configure()
    from mlflow.exceptions import MlflowException
    from requests.exceptions import RequestException

    try:
        yield
    except (MlflowException, RequestException) as error:
        chain = _causes(error)
        given = get_settings().mlflow_tracking_uri
        place = urlsplit(given).netloc.rpartition("@")[2] if given else f"127.0.0.1:{get_settings().warehouse_port}"
        if any(_passes(cause) for cause in chain):
            told = [cause.strerror for cause in chain if isinstance(cause, OSError) and cause.strerror]
            reason = told[-1].lower() if told else type(chain[-1]).__name__
            raise MlflowUnreachableError(f"MLflow at {place} cannot be reached: {reason}; is it up?") from error
        if given is None:
            raise
        said = str(error).splitlines()[0][:300]
        raise LoudongError(f"MLflow at {place} refused; check LOUDONG_MLFLOW_TRACKING_URI: {said}") from error


def _causes(error: BaseException) -> list[BaseException]:
    """An error and those that led to it, newest first; urllib3 keeps some as `reason`."""
    chain: list[BaseException] = []
    following: object = error
    while isinstance(following, BaseException) and following not in chain:
        chain.append(following)
        following = following.__cause__ or following.__context__ or getattr(following, "reason", None)
    return chain


def _passes(cause: BaseException) -> bool:
    """Whether time may mend it."""
    from requests import exceptions

    if isinstance(cause, exceptions.HTTPError):
        return cause.response is not None and cause.response.status_code >= 500
    lost = (exceptions.ConnectionError, exceptions.Timeout, exceptions.RetryError, exceptions.ChunkedEncodingError)
    return isinstance(cause, lost) or getattr(cause, "error_code", None) in PASSING


def _configure() -> None:
    """What MLflow reads when it is imported."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
    # Seconds of trying, not MLflow's four minutes: a task is tried again, a person wants to know.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.ERROR)
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)  # it tells of every retry
