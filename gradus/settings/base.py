"""What every Gradus has in common; local, test and production add the rest."""

from pathlib import Path

from django.utils.csp import CSP

from gradus import demo_folder
from gradus.settings.admin_site import UNFOLD  # noqa: F401 (a setting)

BASE_DIR = Path(__file__).resolve().parents[2]
DEMO_DIR = demo_folder.DEMO_DIR  # .demo, or what the environment's DEMO_DIR says

SITE_NAME = "Gradus"
SITE_ORIGIN = "http://localhost:8000"
SITE_CONTACT = ""
ISSUER_KEY = ""  # the private key in PEM; or
ISSUER_KEY_FILE: Path | str = ""  # a file of mode 0600 that holds it
PRIVACY_PAGE = BASE_DIR / "templates" / "pages" / "privacy.md"
ACCESSIBILITY_PAGE = BASE_DIR / "templates" / "pages" / "accessibility.md"
TRUSTED_PROXIES = 0  # how many proxies of ours append to X-Forwarded-For

INSTALLED_APPS = [
    "accounts.apps.AccountsConfig",
    "courses.apps.CoursesConfig",
    "quizzes.apps.QuizzesConfig",
    "certificates.apps.CertificatesConfig",
    "exchange.apps.ExchangeConfig",
    "gradus.apps.GradusConfig",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "django_htmx",
    "django_tasks_db",
    "django_linear_migrations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "gradus.http.PolicyMiddleware",
    "gradus.http.Utf8Middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "quizzes.middleware.ClaimMiddleware",
]

ROOT_URLCONF = "gradus.urls"
WSGI_APPLICATION = "gradus.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gradus.http.site",
            ],
            "builtins": [
                "courses.templatetags.look",
                "quizzes.templatetags.worth",
            ],
        },
    }
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STRICT_FETCH = False  # True: a row fetched in a loop is an error

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "me"
LOGOUT_REDIRECT_URL = "catalogue"

ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "signup": "accounts.forms.SignUpForm",
    "confirm_email_verification_code": "accounts.forms.ConfirmForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "add_email": "accounts.forms.ChangeEmailForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGIN_TIMEOUT = 3600  # for the code; each code works for 15 minutes
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of a changed password or address
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {
    "confirm_email": "3/m/key,20/h/key"  # a double click asks twice
}
PASSWORD_RESET_TIMEOUT = 3600
ALLAUTH_USER_CODE_FORMAT = {"length": 6, "dashed": False}

SESSION_COOKIE_AGE = 30 * 24 * 3600  # from the last answer, mark or sign-in
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "gradus.errors.forbidden_csrf"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 15_000  # 100 questions of 20 choices in the admin
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "gradus.upload_limit.UploadLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

CACHES = {
    "default": {  # for allauth's throttles alone
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "gradus_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "gradus.formats"

CERTIFICATE_FONTS: Path | None = None  # a folder of more fonts for the PDF

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
MEDIA_ROOT = DEMO_DIR / "media"  # pictures, under courses.picture_store's names
FOLDER_STORAGE = {"BACKEND": "gradus.media_folder.FolderStorage"}

CRISPY_ALLOWED_TEMPLATE_PACKS = ["gradus"]
CRISPY_TEMPLATE_PACK = "gradus"
