from django.urls import path, register_converter

from courses import picture_views, preview_views, search_views, views

register_converter(picture_views.DigestConverter, "digest")

urlpatterns = [
    path("", views.catalogue, name="catalogue"),
    path("search/", search_views.search, name="search"),
    path("tracks/<slug:track_slug>/", views.track, name="track"),
    path("tracks/<slug:track_slug>/<slug:lesson_slug>/", views.lesson, name="lesson"),
    path("tracks/<slug:track_slug>/<slug:lesson_slug>/done/", views.done, name="done"),
    path("preview/<slug:token>/", preview_views.track, name="preview"),
    path(
        "preview/<slug:token>/<slug:lesson_slug>/",
        preview_views.lesson,
        name="preview_lesson",
    ),
    path(
        "preview/<slug:token>/media/<digest:digest>-<int:width>.webp",
        picture_views.preview_picture,
        name="preview_picture",
    ),
    path(
        "media/<int:track_id>/<digest:digest>-<int:width>.webp",
        picture_views.picture,
        name="picture",
    ),
]
