"""An API that answers with JSON or CSV over HTTP: most analytics, shop and advertising tools, and published sheets."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from config.base import Section, bad_section, bad_value

# Names under which tools take their secrets; a secret under `auth` is never shown.
_SECRETS = frozenset(
    {
        "authorization",
        "proxyauthorization",
        "cookie",
        "xapikey",
        "apikey",
        "accesstoken",
        "token",
        "tokenauth",
        "auth",
        "secret",
        "password",
        "clientsecret",
        "xshopifyaccesstoken",
        "xumamiapikey",
    }
)
_FORMS = (
    ("bearer",),
    ("username", "password"),
    ("header", "value"),
    ("query", "value"),
    ("form", "value"),
    ("service_account", "scope"),
)


class Auth(Section):
    """How a source knows us: one of bearer; username and password; a header, query parameter or form field with its value;
    or a Google service account with its scope.
    """

    bearer: Annotated[
        SecretStr | None, Field(description="a token for the header Authorization: Bearer", examples=["${API_TOKEN}"])
    ] = None
    username: Annotated[
        SecretStr | None, Field(description="of the header Authorization: Basic", examples=["reports"])
    ] = None
    password: Annotated[SecretStr | None, Field(description="goes with username", examples=["${API_PASSWORD}"])] = None
    header: Annotated[str | None, Field(description="name of a header that holds value", examples=["X-Api-Key"])] = None
    query: Annotated[
        str | None, Field(description="name of a URL parameter that holds value", examples=["access_token"])
    ] = None
    form: Annotated[str | None, Field(description="name of a form field that holds value", examples=["token_auth"])] = (
        None
    )
    value: Annotated[
        SecretStr | None,
        Field(description="goes with header, query or form; with all that belongs to it", examples=["${API_KEY}"]),
    ] = None

    service_account: Annotated[
        SecretStr | None,
        Field(
            description="Google: the key's JSON by ${NAME}, or the path of its file, relative to the configuration file",
            examples=["${GOOGLE_KEY}"],
        ),
    ] = None
    scope: Annotated[
        str | None,
        Field(
            description="Google: what it is to be allowed; goes with service_account",
            examples=["https://www.googleapis.com/auth/webmasters.readonly"],
        ),
    ] = None

    @model_validator(mode="after")
    def _is_one_form(self) -> Self:
        given = tuple(key for key in type(self).model_fields if getattr(self, key) is not None)
        if set(given) not in [set(form) for form in _FORMS]:
            raise bad_section(
                f"{' and '.join(f'`{key}`' for key in given) or 'nothing'} is no way to be known",
                remedy="Write bearer; username and password; one of header, query and form, with value; or service_account and "
                "scope.",
            )
        return self


class HttpSource(Section):
    """An API that answers with JSON or CSV; each check says under `request` what it asks for."""

    kind: Annotated[Literal["http"], Field(description="what it is", examples=["http"])]
    url: Annotated[
        SecretStr,
        Field(
            description="where the API is; https, save in private networks; may hold a secret: write ${NAME}",
            examples=["https://plausible.example"],
        ),
    ]
    headers: Annotated[
        dict[str, str],
        Field(repr=False, description="sent with every request; no secrets", examples=['{revision: "2026-01-15"}']),
    ] = {}
    query: Annotated[
        dict[str, str],
        Field(repr=False, description="URL parameters of every request; no secrets", examples=["{format: JSON}"]),
    ] = {}
    auth: Annotated[
        Auth | None, Field(description="how the source knows us", examples=["{bearer: ${PLAUSIBLE_KEY}}"])
    ] = None
    format: Annotated[
        Literal["json", "csv"], Field(description="how the source answers: json or csv", examples=["csv"])
    ] = "json"
    timeout_seconds: Annotated[
        float,
        Field(
            gt=0,
            le=600,
            description="an answer that takes longer to begin, or to arrive, is given up",
            examples=["120"],
        ),
    ] = 60.0
    max_mb: Annotated[
        float, Field(gt=0, le=1000, description="an answer that is larger is refused, in megabytes", examples=["200"])
    ] = 50.0
    redirects: Annotated[
        int,
        Field(ge=0, le=5, description="how often a GET may be sent on to another https address", examples=["3"]),
    ] = 0
    allow_private: Annotated[
        bool,
        Field(
            description="true: the source may be this machine or in a private network, and plain http there",
            examples=["true"],
        ),
    ] = False

    @field_validator("url")
    @classmethod
    def _url_is_one(cls, value: SecretStr) -> SecretStr:
        if not is_base_url(value.get_secret_value()):
            raise bad_value("address of an API", remedy="Write https://HOST/..., without user name, ? or #.")
        return value

    @field_validator("headers", "query")
    @classmethod
    def _no_secrets(cls, value: dict[str, str]) -> dict[str, str]:
        for name in value:
            if "".join(c for c in name.lower() if c.isalnum()) in _SECRETS:
                raise bad_section(
                    "this is no place for a secret",
                    remedy=f"Write it under auth, e.g. auth: {{header: {name}, value: ${{NAME}}}}, where no message shows it.",
                )
        return value


def is_base_url(text: str) -> bool:
    """Whether this is an http address to which paths can be added."""
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    plain = parts.scheme in ("https", "http") and text.isprintable() and " " not in text.strip()
    return plain and bool(host) and port != 0 and parts.username is None and not parts.query and not parts.fragment
