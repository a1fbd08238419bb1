"""What a web worker loads for learners: each module is paid for once a worker."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from tests.gradus.test_production_settings import GOOD

ROOT = Path(__file__).parents[2]
# what a save, an upload or a storage elsewhere needs, by the name of the package
FOR_OTHERS = {
    "PIL",
    "fontTools",
    "boto3",
    "botocore",
    "cryptography",
    "latex2mathml",
    "markdown_it",
    "mdit_py_plugins",
    "nh3",
    "numpy",
    "openbadgeslib",
    "pyld",
    "pygments",
    "png",
    "storages",
    "typst",
    "urllib3",
}
# Production's settings are read, as a worker reads them; the pages come under those of the
# tests, for which no static files need be collected.
WORKER = """
import json, os, sys
import gradus.settings.production
os.environ["DJANGO_SETTINGS_MODULE"] = "gradus.settings.test"
import gradus.wsgi
from django.test import Client
from accounts.models import User
from quizzes.models import Choice
client = Client()
client.force_login(User.objects.get(email=sys.argv[1]))
page = "/tracks/soil/probe-the-soil/"
choice = Choice.objects.select_related("question").get(text="Right")
answer = f"{page}questions/{choice.question.uuid}/answer/"
sent = {"choice": str(choice.pk), "submission": str(choice.pk)}
statuses = [
    client.get("/").status_code,
    client.get(page).status_code,
    client.post(answer, sent, headers={"HX-Request": "true"}).status_code,
]
print(json.dumps([statuses, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_learner_s_worker_loads_nothing_that_only_a_save_needs(ada, probe):
    done = subprocess.run(
        [sys.executable, "-c", WORKER, ada.email],
        cwd=ROOT,
        env=os.environ | GOOD | {"DATABASE_URL": _url()},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    statuses, loaded = json.loads(done.stdout)
    assert statuses == [200, 200, 200]
    assert FOR_OTHERS.isdisjoint(loaded), FOR_OTHERS.intersection(loaded)


def _url() -> str:
    """Of the test's own database."""
    at = connection.settings_dict
    host = quote(at["HOST"], safe="")
    who = f"{at['USER']}:{quote(at['PASSWORD'], safe='')}"
    return f"postgresql://{who}@{host}:{at['PORT']}/{at['NAME']}"
