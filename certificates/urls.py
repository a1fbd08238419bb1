from django.urls import path

from certificates import views

urlpatterns = [
    path("tracks/<slug:track_slug>/certificate/", views.claim, name="claim"),
    path("certificates/<str:code>/", views.show, name="certificate"),
    path("certificates/<str:code>/holder/", views.holder, name="holder"),
    path("verify/", views.verify, name="verify"),
]
