"""Where the browser of this machine is, and what to say when it has none."""

import shutil

import pytest

NAMES = ["chromium", "chromium-browser", "google-chrome"]
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
HOW_TO_GET_IT = "no Chromium on this machine; get it with: apt install chromium"


def say_what_was_skipped(reporter: pytest.TerminalReporter) -> None:
    """One loud line at the end, if tests were skipped for want of a browser."""
    skipped = reporter.stats.get("skipped", [])
    count = sum(HOW_TO_GET_IT in str(report.longrepr) for report in skipped)
    if count:
        said = f"{count} BROWSER TESTS SKIPPED: {HOW_TO_GET_IT}"
        reporter.write_line(said, red=True, bold=True)
