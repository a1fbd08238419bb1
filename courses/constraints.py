"""Which rule of the database refused a row, or that somebody else is at it."""

_BUSY = {"40P01", "55P03"}  # a deadlock, or a lock that was not had in time


def broken_constraint(error: Exception) -> str | None:
    """The name of the constraint that a database error is about, if it is about one."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None)


def is_busy(error: Exception) -> bool:
    """Whether another save was in the way, and the same may succeed a moment later."""
    return getattr(error.__cause__, "sqlstate", None) in _BUSY
