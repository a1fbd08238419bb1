"""No host, path or word that does not belong stands in the tracked files."""

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
    return [
        f"{path}:{number}: {line.strip()[:80]}"
        for number, line in enumerate(text.splitlines(), start=1)
        if FORBIDDEN.search(line)
    ]


def main() -> int:
    found = [line for path in tracked() if path.is_file() for line in findings(path)]
    print("\n".join(found) or "The tree names no foreign host or path.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
