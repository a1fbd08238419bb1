"""All of Gradus, and beside it the two views it is measured against."""

from django.urls import include, path

from benchmarks import views

urlpatterns = [
    path("bench/lesson/", views.held_lesson),
    path("bench/answer/<int:question_id>/", views.raw_answer),
    path("", include("gradus.urls")),
]
handler400 = "gradus.errors.bad_request"
handler403 = "gradus.errors.forbidden"
handler404 = "gradus.errors.not_found"
handler500 = "gradus.errors.server_error"
