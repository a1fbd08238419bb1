"""Allauth's names for the pages that we offer, so that it finds them; no others."""

from django.urls import path, re_path

from accounts import views

urlpatterns = [
    path("", views.account, name="account"),
    path("login/", views.sign_in, name="account_login"),
    path("logout/", views.sign_out, name="account_logout"),
    path("signup/", views.sign_up, name="account_signup"),
    path("inactive/", views.inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("name/", views.name, name="account_name"),
    path("email/", views.change_email, name="account_email"),
    path(
        "confirm-email/",
        views.confirm_email,
        name="account_email_verification_sent",
    ),
    path("password/change/", views.change_password, name="account_change_password"),
    path("password/reset/", views.reset_password, name="account_reset_password"),
    path(
        "password/reset/done/",
        views.reset_password_sent,
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]{1,13})-(?P<key>[0-9A-Za-z-]{1,100})/$",
        views.new_password,
        name="account_reset_password_from_key",
    ),
]
