"""One question to one of Google's APIs, with a token; its errors in words that say what to do."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.settings import Settings
from config.sources import Ga4Source, GoogleAdsSource
from daemon.errors import SourceError, SourceUnavailable
from daemon.http_client import Reply
from daemon.redact import Redactor, secrets_of
from daemon.sources.asking import Asker, Patience, Question
from daemon.sources.google_key import ServiceAccount, Tokens, account_of

# One for the process: sources of one service account share its tokens.
TOKENS = Tokens()


@dataclass(frozen=True, kw_only=True)
class GoogleApi:
    """Who asks, as which service account, for what scope."""

    asker: Asker
    account: ServiceAccount
    scope: str
    tokens: Tokens
    product: str

    def post(self, url: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
        """The JSON of a successful answer.

        Raises:
            SourceUnavailable: it does not answer now, or its quota is used up.
            SourceRejected: somebody must change something.
        """
        reply = self._post(url, body, headers)
        if reply.status == 401:  # a token may have been withdrawn before its time
            self.tokens.forget(self.account)
            reply = self._post(url, body, headers)
        if reply.status != 200:
            raise self.trouble(reply)
        try:
            return json.loads(reply.body)
        except (ValueError, RecursionError):
            raise self.asker.rejected(
                f"{self.product} answers with something that is no JSON: check endpoint"
            ) from None

    def _post(self, url: str, body: dict[str, Any], headers: dict[str, str] | None) -> Reply:
        token = self.tokens.token(self.account, self.scope, self.asker)
        sent = {**(headers or {}), "Authorization": f"Bearer {token}"}
        return self.asker.ask(Question(method="POST", url=url, headers=sent, json=body))

    def trouble(self, reply: Reply) -> SourceError:
        """What an error means: https://cloud.google.com/apis/design/errors, and the products' own codes."""
        status, codes = _codes(reply)
        said = self.asker.words(reply)
        told = self.asker.rejected
        email, product = self.account.email, self.product
        match codes:
            case _ if "RESOURCE_EXHAUSTED" in codes or reply.status == 429:
                return SourceUnavailable(
                    f"{self.asker.who}: {product}'s quota is used up ({reply.status}){said}. It is filled again hourly and daily."
                )
            case _ if (
                "DEVELOPER_TOKEN_NOT_APPROVED" in codes
                or "DEVELOPER_TOKEN_INVALID" in codes
                or ("DEVELOPER_TOKEN_PARAMETER_MISSING" in codes)
            ):
                return told(
                    f"{product} wants another developer token{said}. Set developer_token as the API centre shows it"
                )
            case _ if "CUSTOMER_NOT_ENABLED" in codes:
                return told(f"this account of {product} is not active{said}. Activate it, or change customer")
            case _ if "CUSTOMER_NOT_FOUND" in codes or "INVALID_CUSTOMER_ID" in codes:
                return told(f"{product} knows no such account{said}. Check customer")
            case _ if "UNSUPPORTED_VERSION" in codes:
                return told(f"{product} has switched this version off{said}. Set api_version to a newer one")
            case _ if "SERVICE_DISABLED" in codes:
                return told(
                    f"{product} is not enabled in the Google Cloud project of {email}{said}. Enable the API there"
                )
            case _ if "USER_PERMISSION_DENIED" in codes:
                return told(
                    f"{email} has no access to this account of {product}{said}. Add it as a user with read access, or set "
                    "login_customer to the manager account"
                )
            case _ if status == "PERMISSION_DENIED" or reply.status == 403:
                return told(f"{email} may not read this{said}. Add that e-mail address as a viewer in {product}")
            case _ if status == "UNAUTHENTICATED" or reply.status == 401:
                return told(f"{product} does not accept the key of {email} (401){said}. Check credentials")
            case _:
                return self.asker.refusal(reply)


def api_of(
    name: str,
    settings: Settings,
    source: Ga4Source | GoogleAdsSource,
    folder: Path,
    scope: str,
    product: str,
    patience: Patience | None,
    tokens: Tokens | None,
) -> GoogleApi:
    """The API of a check's source.

    Raises:
        SourceRejected: the credentials are no key.
    """
    hide = Redactor(secrets_of(settings))
    asker = Asker(
        what=f'check "{name}"',
        source=settings.checks[name].source,
        patience=patience or Patience(),
        hide=hide,
        timeout_seconds=source.timeout_seconds,
        allow_private=source.allow_private,
    )
    account = account_of(source.credentials, folder, asker.rejected)
    return GoogleApi(asker=asker, account=account, scope=scope, tokens=tokens or TOKENS, product=product)


def _codes(reply: Reply) -> tuple[str, set[str]]:
    """Google's canonical status, and every more exact code in the details."""
    try:
        found: Any = json.loads(reply.body)
    except (ValueError, RecursionError):
        return "", set()
    if isinstance(found, list):  # searchStream answers with a list
        found = found[0] if found else {}
    error = found.get("error") if isinstance(found, dict) else None
    if not isinstance(error, dict):
        return "", set()
    status = str(error.get("status", ""))
    codes = {status}
    for detail in error.get("details") or []:
        if not isinstance(detail, dict):
            continue
        codes.add(str(detail.get("reason", "")))
        for one in detail.get("errors") or []:
            code = one.get("errorCode") if isinstance(one, dict) else None
            codes |= {str(value) for value in code.values()} if isinstance(code, dict) else set()
    return status, codes
