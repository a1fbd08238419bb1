from django.urls import path

from courses import preview_views, search_views, views

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
]
