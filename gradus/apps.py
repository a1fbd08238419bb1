from django.apps import AppConfig


class GradusConfig(AppConfig):
    name = "gradus"
