from django.urls import path

from quizzes import objection_views, views

urlpatterns = [
    path("tracks/<slug:track_slug>/score/", views.score, name="score"),
    path(
        "tracks/<slug:track_slug>/<slug:lesson_slug>/questions/<uuid:question_id>/answer/",
        views.answer,
        name="answer",
    ),
    path(
        "tracks/<slug:track_slug>/<slug:lesson_slug>/questions/<uuid:question_id>/report/",
        objection_views.objection,
        name="objection",
    ),
]
