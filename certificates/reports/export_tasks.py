"""What the worker does for exports; safe to run twice."""

from django.tasks import task

from certificates.reports.export_job import prune_quietly, work_on


@task
def write_export(export_id: int) -> None:
    """Write the file, if it is wanted and nobody else writes it."""
    prune_quietly()
    work_on(export_id)
