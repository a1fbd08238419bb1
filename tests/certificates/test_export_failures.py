"""An export that fails says why."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from certificates.reports.export_job import work_on
from certificates.reports.export_model import ExportFault, ExportState, ReportExport
from certificates.reports.export_services import start_again
from tests.certificates.exporting import again, files_in
from tests.courses.test_picture_storage import OUT_OF_REACH, break_folder, mend_folder

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


@contextmanager
def little_room() -> Iterator[None]:
    """No file of this process can grow beyond 2 KB, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("kind", ["folder", "bucket", "disk"])
def test_it_says_that_the_file_could_not_be_stored(waiting, media, settings, kind):
    storages = settings.STORAGES
    if kind == "disk":
        with little_room():
            assert not work_on(waiting.pk)
    elif kind == "folder":
        break_folder(media)
        assert not work_on(waiting.pk)
        mend_folder(media)
    else:
        settings.STORAGES = storages | {"default": OUT_OF_REACH}
        assert not work_on(waiting.pk)
        settings.STORAGES = storages

    assert again(waiting).state == ExportState.FAILED
    assert "could not be stored" in str(waiting.get_fault_display())
    assert files_in(media) == []
    assert start_again(waiting)
    assert work_on(waiting.pk)


def test_what_goes_wrong_otherwise_is_said_too(waiting):
    ReportExport.objects.update(query={"track": "nonsense"})

    assert not work_on(waiting.pk)

    assert again(waiting).fault == ExportFault.RIGHT
