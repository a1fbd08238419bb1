#!/usr/bin/env python3
"""Check every colour pair of tokens.css in both themes (WCAG 2.2). Exit 1 when one is too low.

Every text token is checked on every surface: a component may therefore combine them freely.
Each --tone on its --wash (verdicts, certificate status) is read from app.css and checked by name.
A colour token that is in none of the groups below is an error too, so a new one cannot slip through.
"""

import re
import sys
from pathlib import Path

CSS = Path(__file__).parents[1] / "static" / "css"

SURFACES = [
    "paper",
    "raised",
    "sunk",
    "accent-wash",
    "ok-wash",
    "notyet-wash",
    "error-wash",
    "mark",
]
TEXT = {
    "ink": 7.0,
    "ink-2": 5.5,
    "ink-3": 4.5,
    "accent": 4.5,
    "accent-strong": 4.5,
    "ok": 4.5,
    "notyet": 4.5,
    "error": 4.5,
}
LINES = {"rule-strong": 3.0, "focus": 3.0}
FILLS = [
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-strong", 4.5),
    ("paper", "ink", 7.0),
    ("raised", "ok", 4.5),
    ("raised", "error", 4.5),
    ("raised", "notyet", 4.5),
]
ORNAMENT = {"rule", "seal", "seal-2"}


def luminance(value):
    channels = [int(value[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def ratio(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def block(css, selector):
    body = css[css.index(selector + " {") :]
    body = body[body.index("{") + 1 : body.index("}")]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})\b", body))


def main():
    css = Path(sys.argv[1] if len(sys.argv) > 1 else CSS / "tokens.css").read_text()
    light = block(css, "\n  :root")
    dark, chosen = block(css, ":root:not(.theme-light)"), block(css, ":root.theme-dark")
    problems, checked, lowest = [], 0, {}
    if dark != chosen:
        problems.append(
            f"the two dark blocks differ: {sorted(set(dark.items()) ^ set(chosen.items()))}"
        )
    app = (CSS / "app.css").read_text()
    tones = re.findall(r"--tone: var\(--([\w-]+)\); --wash: var\(--([\w-]+)\);", app)
    problems += [
        "app.css: --{} on --{} is not a text colour on a surface".format(*t)
        for t in tones
        if t[0] not in TEXT or t[1] not in SURFACES
    ]
    known = set(SURFACES) | set(TEXT) | set(LINES) | ORNAMENT | {p[0] for p in FILLS}
    pairs = (
        [(fg, bg, need) for fg, need in (TEXT | LINES).items() for bg in SURFACES]
        + FILLS
        + [(*t, 4.5) for t in tones]
    )
    for theme, colours in (("light", light), ("dark", light | dark)):
        problems += [
            f"{theme}: --{name} is in no group" for name in sorted(set(colours) - known)
        ]
        problems += [
            f"{theme}: --{name} has no value" for name in sorted(known - set(colours))
        ]
        for fg, bg, need in pairs:
            if fg in colours and bg in colours:
                got = ratio(colours[fg], colours[bg])
                checked += 1
                lowest[theme, need] = min(
                    lowest.get((theme, need), (99,)), (got, fg, bg)
                )
                if got < need:
                    problems.append(
                        f"{theme}: --{fg} on --{bg} is {got:.2f}, needs {need:.1f}"
                    )
    for (theme, need), (got, fg, bg) in sorted(lowest.items()):
        print(f"{theme:5} need {need:.1f}  lowest {got:5.2f}  --{fg} on --{bg}")
    print(f"{checked} pairs checked, {len(problems)} problems")
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
