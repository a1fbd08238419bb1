from django.urls import path

from certificates import file_views, holder_views, machine_views, verify_views, views

urlpatterns = [
    path("tracks/<slug:track_slug>/certificate/", views.claim, name="claim"),
    path("certificates/<str:code>.json", machine_views.credential, name="credential"),
    path("certificates/<str:code>.pdf", file_views.pdf, name="certificate_pdf"),
    path("certificates/<str:code>.png", file_views.badge, name="badge"),
    path(
        "certificates/<str:code>/picture.png",
        file_views.picture,
        name="certificate_picture",
    ),
    path("credentials/emblem/<str:edition>.png", file_views.emblem, name="emblem"),
    path("certificates/<str:code>/", views.show, name="certificate"),
    path("certificates/<str:code>/holder/", views.holder, name="holder"),
    path("credentials/status/<int:number>", machine_views.status, name="status_list"),
    path(".well-known/did.json", machine_views.keys, name="did"),
    path("certificates/<str:code>/name/", holder_views.correct, name="correct"),
    path(
        "certificates/<str:code>/update/",
        holder_views.update,
        name="update_certificate",
    ),
    path("verify/", verify_views.verify, name="verify"),
]
