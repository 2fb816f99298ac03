"""What every way of running Qianshou has in common."""

from typing import Any

from config.environment import ROOT, home

BASE_DIR = ROOT
QIANSHOU_HOME = home()
RUN_MODE = ""  # "embedded" or "production"
DEMO_MODE = False

INSTALLED_APPS = [
    "qianshou.core",
    "qianshou.accounts",
    "qianshou.centres",
    "qianshou.volunteers",
    "qianshou.children",
    "qianshou.companionship",
    "qianshou.reports",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "config.staticfiles.HomeStaticFiles",
]

MIDDLEWARE = [
    "config.requests.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "qianshou.core.middleware.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "qianshou.core.middleware.CleanAddressMiddleware",
    # Safe beside secrets: the CSRF token is masked anew per answer, and the length carries random padding.
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "qianshou.accounts.middleware.SessionClockMiddleware",
    "qianshou.accounts.middleware.LanguageMiddleware",
    "qianshou.accounts.middleware.SecondFactorMiddleware",
    "qianshou.accounts.middleware.FormStatusMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "frontend" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "qianshou.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]  # nobody signs up: the adapter closes it
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address is written by the administrator; it serves to reset a password
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True  # the session's own clock ends it
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_RATE_LIMITS = {"login": None}  # axes watches the sign-in form; "login_failed" guards second factors
ACCOUNT_FORMS = {"login": "qianshou.accounts.forms.SignInForm"}
MFA_ADAPTER = "qianshou.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Qianshou"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from the administrator, not from strangers
MFA_REQUIRED = False  # production sets it: a second factor for everybody in accounts.rules.NEEDS_SECOND_FACTOR
SESSION_IDLE_SECONDS = 12 * 3600
SESSION_LONGEST_SECONDS = 12 * 3600

AXES_HANDLER = "qianshou.accounts.lockout.LockOut"
AXES_LOCKOUT_CALLABLE = "qianshou.accounts.lockout.answer"
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "qianshou.accounts.lockout.username_of"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # trying on does not lengthen the wait
AXES_VERBOSE = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]  # each in its own words
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "frontend" / "static"]
MEDIA_ROOT = ROOT / "media"
PRIVATE_MEDIA_ROOT = MEDIA_ROOT / "private"

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "qianshou.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["qianshou.core.api.parsing.BoundedJSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_PAGINATION_CLASS": "qianshou.core.api.pagination.NumberedPages",
    "EXCEPTION_HANDLER": "qianshou.core.api.errors.answer_error",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Qianshou API",
    "DESCRIPTION": "The children's homes of a county: the same rules and the same visibility as the pages.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",  # from our own origin: nothing is fetched from elsewhere
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "qianshou.core.api.document.clock_times",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ChildSex": "qianshou.children.models.Sex",
        "ChildStatus": "qianshou.children.models.ChildStatus",
        "VolunteerSex": "qianshou.volunteers.models.Sex",
        "VolunteerStatus": "qianshou.volunteers.models.VolunteerStatus",
        "CheckKind": "qianshou.volunteers.models.CheckKind",
        "CheckResult": "qianshou.volunteers.models.CheckResult",
        "ImportKind": "qianshou.reports.models.ImportKind",
        "MissingForEligibility": "qianshou.volunteers.rules.MISSING_CODES",
    },
}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_FAILURE_VIEW = "qianshou.core.pages.problems.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

EMBEDDED_WORKER_THREADS = 3  # they share one interpreter with the pages: keep them few
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_IGNORE_RESULT = True
OBLIGATION_SWEEP_SECONDS = 2.0
OBLIGATIONS_IMMEDIATE = True  # what is due at once goes to the queue after commit, without waiting for the sweep
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "core.sweep_obligations",
        "schedule": OBLIGATION_SWEEP_SECONDS,
        "options": {"expires": 10 * OBLIGATION_SWEEP_SECONDS},
    },
}
REALTIME_BETWEEN_PROCESSES = False  # true where REDIS_URL names the channel layer
CHANNEL_LAYERS: dict[str, dict[str, Any]] = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
