"""Which rule of the database refused a row."""


def broken_constraint(error: Exception) -> str | None:
    """The name of the constraint that a database error is about, if it is about one."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None)
