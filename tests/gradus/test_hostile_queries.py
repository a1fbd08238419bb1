"""Whatever stands behind the "?" of a page of the admin, it is no server error."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.admin_forms import admin_client

pytestmark = pytest.mark.django_db

BIG = "9" * 30
RUBBISH = [
    f"p={BIG}",
    "o=-1.-2.zz",
    "q=%FF%FE",
    "q=%ED%A0%80",
    f"q={'a' * 5000}",
    "q=%22%27%25_%5C",
    "_facets=True",
    "_popup=%00&_to_field=zz",
    "id__in=%00",
    f"pk={BIG}",
    "page=abc",
]


def filters_of(model_admin: Any) -> set[str]:
    """The names that the filters of this list take."""
    parts = [
        part[0] if isinstance(part, tuple) else part for part in model_admin.list_filter
    ]
    names = {str(getattr(part, "parameter_name", part)) for part in parts}
    return {name + end for name in names for end in ("", "__exact", "__id__exact")}


def lists() -> Iterator[tuple[str, list[str]]]:
    """The address of each list of the admin, with the queries to try there."""
    for model, model_admin in list(admin.site._registry.items()):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        filters = [
            f"{name}={value}"
            for name in sorted(filters_of(model_admin))
            for value in ("zz", "%00", BIG)
        ]
        yield reverse(name), [*RUBBISH, *filters]


@pytest.fixture
def broken(ruth, probe) -> Callable[[str, list[str]], list[str]]:
    """Those of the queries that this page answers with a server error."""
    client = admin_client(ruth)
    client.raise_request_exception = False

    def ask(address: str, queries: list[str]) -> list[str]:
        return [
            f"{address}?{query}"
            for query in queries
            if client.get(f"{address}?{query}").status_code >= 500
        ]

    return ask


def test_no_list_fails(broken):
    assert [found for page in lists() for found in broken(*page)] == []


def test_no_other_page_of_the_desk_fails(broken, soil, lesson, probe):
    track, written = (
        f"/admin/courses/track/{soil.pk}",
        f"/admin/courses/lesson/{lesson.pk}",
    )
    queries = [
        *RUBBISH,
        "track=abc",
        "track=%00",
        f"track={BIG}",
        "_changelist_filters=%00",
        "field=%00",
        "app_label=courses&model_name=track&field_name=zz",
        "app_label=courses&model_name=track&field_name=learner_groups&term=%00",
        "app_label=courses&model_name=track&field_name=learner_groups&page=abc",
        f"app_label=courses&model_name=track&field_name=learner_groups&page={BIG}",
        "sort=zz&state=zz",
        "sort=%00",
        "s=%00",
        "s=track&page=abc",
        f"s=track&page={BIG}",
        "s=a&extended=1&page=abc",
    ]
    pages = [
        "/admin/",
        "/admin/search/",
        "/admin/autocomplete/",
        "/admin/courses/lesson/add/",
        "/admin/courses/track/add/",
        "/admin/courses/picture/add/",
        *(
            f"{track}/{page}/"
            for page in (
                "change",
                "history",
                "publication",
                "delete",
                "figures",
                "learners",
            )
        ),
        *(f"{written}/{page}/" for page in ("change", "history", "publication")),
        reverse("admin:quizzes_question_versions", args=[probe.pk]),
        reverse("admin:quizzes_question_history", args=[probe.pk]),
    ]

    assert [found for page in pages for found in broken(page, queries)] == []
