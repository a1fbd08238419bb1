from django.apps import AppConfig


class GradusConfig(AppConfig):
    name = "gradus"

    def ready(self) -> None:
        from gradus import checks  # noqa: F401 (registers itself)
