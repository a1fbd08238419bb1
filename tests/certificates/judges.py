"""The verifiers that others wrote: where they are, and how they are asked.

They run on Node, in tests/certificates/node, and see no network but the site under test.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

import pytest

from certificates.credential import SCHEMA

FOLDER = Path(__file__).parent / "node"
NODE = shutil.which("node")
ARE_THERE = NODE is not None and (FOLDER / "node_modules/.package-lock.json").exists()
HOW_TO_GET_THEM = (
    "the independent verifiers are not installed; get them with Node 20 or newer and: "
    "npm ci --prefix tests/certificates/node"
)

GIVEN = Path(__file__).parents[3] / "shared/credentials"
SCHEMA_FILE = GIVEN / "ob_v3p0_achievementcredential_schema.json"
HOW_TO_GET_GIVEN = (
    f"no {GIVEN.parent.name}/{GIVEN.name} beside this folder; what is in it comes from "
    "the tests of openbadgeslib's source distribution"
)
DIGITAL_BAZAAR, DCC, AJV = "digitalbazaar", "dcc", "ajv"


class Case(TypedDict, total=False):
    """One credential to judge: its text, or where to read it.

    files: what is served for this case alone, by address.
    """

    credential: str
    address: str
    files: dict[str, str]


class Verdict(TypedDict, total=False):
    """accepted: signed by its issuer, in force and not revoked, all in one.

    schema: what verifier-core says of it; None: it could not read the schema.
    """

    accepted: bool
    signed: bool
    revoked: bool
    schema: bool | None
    why: str


type Verdicts = dict[str, dict[str, Verdict]]  # by name of the case, by judge


def ask(
    cases: Mapping[str, Case],
    *,
    sites: Mapping[str, str],
    judges: Sequence[str] = (DIGITAL_BAZAAR, DCC),
    files: Mapping[str, str] | None = None,
) -> Verdicts:
    """What each judge says of each case; one process, 2 s, for them all.

    sites: the address of the running server, by the origin in its credentials.
    files: what is served beside it, by address; the schema is, where it is given.

    One process keeps a did.json for seconds: another one needs another call.
    """
    if NODE is None or not ARE_THERE:
        pytest.fail(HOW_TO_GET_THEM)
    given = {SCHEMA: SCHEMA_FILE.read_text()} if SCHEMA_FILE.exists() else {}
    served = given | dict(files or {})
    job = {"sites": sites, "files": served, "judges": judges, "cases": cases}
    ran = subprocess.run(
        [NODE, "judge.js"],
        cwd=FOLDER,
        input=json.dumps(job),
        capture_output=True,
        text=True,
        timeout=120,
    )
    if ran.returncode:
        pytest.fail(f"the judges did not judge: {ran.stderr}")
    answer = json.loads(ran.stdout)
    if strayed := set(answer["strayed"]) - {SCHEMA}:
        pytest.fail(f"the world outside was asked for {strayed}")
    verdicts: Verdicts = answer["cases"]
    return verdicts


def say_what_was_skipped(reporter: pytest.TerminalReporter) -> None:
    """One loud line at the end for each thing that this machine lacks."""
    skipped = reporter.stats.get("skipped", [])
    for what, wanted in [
        ("TESTS BY INDEPENDENT VERIFIERS", HOW_TO_GET_THEM),
        ("TESTS AGAINST PUBLISHED VECTORS AND SCHEMA", HOW_TO_GET_GIVEN),
    ]:
        count = sum(wanted in str(report.longrepr) for report in skipped)
        if count:
            reporter.write_line(
                f"{count} {what} SKIPPED: {wanted}", red=True, bold=True
            )
