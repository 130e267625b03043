"""Errors that a user can act on."""


class LoudongError(Exception):
    """What went wrong, where, and what to do: one clear message, shown without a traceback.

    The command line prints the message and exits with `exit_code`.
    """

    exit_code = 1


class TooLittleError(LoudongError):
    """Too few customers, dates or defaults are known to learn from; only more data help."""


class WarehouseUnreachableError(LoudongError):
    """The PostgreSQL server could not be reached; trying again may help."""


class MlflowUnreachableError(LoudongError):
    """MLflow did not answer or broke off; trying again may help."""


class UnfitModelError(LoudongError):
    """A model was trained on another feature list than this release has."""


class GateFailedError(LoudongError):
    """A critical expectation failed; trying again without new data cannot help."""
