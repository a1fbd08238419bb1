"""How the admin looks and what its side bar holds: the brand's colours in unfold's scales."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

# from tokens.css: paper and ink for the greys, the one blue for what acts
PAPER_TO_INK = {
    "50": "#FBFAF7",
    "100": "#F3F1EA",
    "200": "#DFDBD0",
    "300": "#C0BDB5",
    "400": "#9A9BA3",
    "500": "#5E6069",
    "600": "#4C4E56",
    "700": "#34353A",
    "800": "#232428",
    "900": "#17171A",
    "950": "#101012",
}
BLUE = {
    "50": "#EDF0FB",
    "100": "#DDE3F8",
    "200": "#C3CFFF",
    "300": "#B4C3FF",
    "400": "#A3B6FF",
    "500": "#A3B6FF",  # a link in the dark theme
    "600": "#2A47B8",  # links and buttons in the light one
    "700": "#1D3391",
    "800": "#14266F",
    "900": "#20253D",
    "950": "#10163A",
}


def _for(permission: str) -> Any:
    """Whether to show a line of the side bar: to who may see what it leads to."""

    def allowed(request: HttpRequest) -> bool:
        return request.user.has_perm(permission)

    return allowed


def _line(title: Any, icon: str, model: str, permission: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{model}_changelist"),
        "permission": _for(permission),
    }


def _school(request: HttpRequest) -> str:
    return str(settings.SITE_NAME)


def _icon(request: HttpRequest) -> str:
    return static("icon.svg")


def _styles(request: HttpRequest) -> str:
    return static("css/admin.css")


def _script(request: HttpRequest) -> str:
    return static("js/admin.js")


def _desk_script(request: HttpRequest) -> str:
    return static("js/desk.js")


NAVIGATION = [
    {
        "items": [
            _line(_("Tracks"), "stairs_2", "courses_track", "courses.change_track"),
            _line(_("Lessons"), "article", "courses_lesson", "courses.change_lesson"),
            _line(_("Pictures"), "image", "courses_picture", "courses.view_picture"),
            _line(
                _("Reported questions"),
                "flag",
                "quizzes_objection",
                "quizzes.change_objection",
            ),
            _line(
                _("Groups"),
                "groups",
                "courses_learnergroup",
                "courses.view_learnergroup",
            ),
        ]
    },
    {
        "separator": True,
        "items": [
            _line(_("People"), "group", "accounts_user", "accounts.view_user"),
            _line(
                _("Certificates"),
                "verified",
                "certificates_certificate",
                "certificates.export_certificates",
            ),
            _line(
                _("Enrolments"),
                "school",
                "courses_enrollment",
                "certificates.export_certificates",
            ),
            _line(
                _("My exports"),
                "download",
                "certificates_reportexport",
                "certificates.export_certificates",
            ),
            _line(_("Answers"), "checklist", "quizzes_answer", "quizzes.view_answer"),
            _line(
                _("Audit log"),
                "history",
                "accounts_auditevent",
                "accounts.view_auditevent",
            ),
        ],
    },
]

UNFOLD = {
    "SITE_TITLE": _school,
    "SITE_HEADER": _school,
    "SITE_URL": "/",
    "SITE_ICON": _icon,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": _icon,
        }
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "STYLES": [_styles],
    "SCRIPTS": [_script, _desk_script],
    "COLORS": {"base": PAPER_TO_INK, "primary": BLUE},
    "BORDER_RADIUS": "5px",
    "DASHBOARD_CALLBACK": "gradus.dashboard.fill",
    "SIDEBAR": {"navigation": NAVIGATION},
}
