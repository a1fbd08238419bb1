"""No host, path or word that does not belong stands in the tracked files."""

import json
import re
import subprocess
import sys
from pathlib import Path

# assembled, so that this file does not find itself
HOSTS = ["pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org"]
PATHS = ["/" + name + "/" for name in ("work", "farm", "root")]
FORBIDDEN = re.compile("|".join(map(re.escape, HOSTS + PATHS)))
LOCK_FILES = {"uv.lock"}  # these alone name the public index
PUBLIC = {"https://pypi" + ".org", "https://files.pythonhosted" + ".org"}


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], capture_output=True, check=True, text=True
    )
    return [Path(name) for name in listed.stdout.split("\0") if name]


def findings(path: Path) -> list[str]:
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        return []
    if path.name in LOCK_FILES:
        hosts = set(re.findall(r"https?://[^/\"]+", text))
        return [f"{path}: {host}" for host in sorted(hosts - PUBLIC)]
    if path.name == "package-lock.json":
        return unpinned(path, json.loads(text)["packages"])
    return [
        f"{path}:{number}: {line.strip()[:80]}"
        for number, line in enumerate(text.splitlines(), start=1)
        if FORBIDDEN.search(line)
    ]


def unpinned(path: Path, packages: dict[str, dict[str, str]]) -> list[str]:
    """Packages that name the registry they came from, or have no hash."""
    return [
        f"{path}: {name}"
        for name, package in packages.items()
        if name and ("resolved" in package or "integrity" not in package)
    ]


def main() -> int:
    found = [line for path in tracked() if path.is_file() for line in findings(path)]
    print("\n".join(found) or "The tree names no foreign host or path.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
