"""Which rule of the database refused a row, or that it had no time for the save."""

from django.db import DataError, IntegrityError, InternalError, OperationalError

# What a save can end in that the person who saves is told about.
REFUSED = (IntegrityError, DataError, OperationalError, InternalError)

_BUSY = {"40P01", "55P03"}  # a deadlock, or a lock that was not had in time
_SLOW = "25P03"  # idle_in_transaction_session_timeout; Django: InternalError


def broken_constraint(error: Exception) -> str | None:
    """The name of the constraint that a database error is about, if it is about one."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None)


def is_busy(error: Exception) -> bool:
    """Whether another save was in the way, and the same may succeed a moment later."""
    return getattr(error.__cause__, "sqlstate", None) in _BUSY


def is_too_slow(error: BaseException | None) -> bool:
    """Whether the transaction was ended because we let the database wait too long."""
    return getattr(getattr(error, "__cause__", None), "sqlstate", None) == _SLOW


def is_cut_off(error: Exception) -> bool:
    """Whether the connection went in the middle: the server's reason may be lost, too."""
    state = getattr(error.__cause__, "sqlstate", None)
    return isinstance(error, OperationalError) and state is None
