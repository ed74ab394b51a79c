"""Google's APIs as a server answers for them: tokens for signed requests, reports of Analytics, errors of both products."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.vendor_server import Answer, Asked


@dataclass(frozen=True)
class GoogleKey:
    """A service account's key, and the tokens that are given for it."""

    private: rsa.RSAPrivateKey
    email: str = "reports@canary-project.iam.gserviceaccount.com"

    @classmethod
    def new(cls) -> Self:
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=2048))

    @property
    def pem(self) -> str:
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    def json(self, server_url: str) -> str:
        return json.dumps(
            {
                "type": "service_account",
                "private_key_id": "canarykeyid0123456789",
                "private_key": self.pem,
                "client_email": self.email,
                "token_uri": f"{server_url}/token",
            }
        )

    def token_endpoint(self, asked: Asked) -> Answer:
        """RFC 7523: verifies the signature and the claims as Google does."""
        form = asked.form
        head, claims, signature = form["assertion"].split(".")
        try:
            self.private.public_key().verify(
                _bytes(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature:
            return Answer(status=400, body={"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
        said = json.loads(_bytes(claims))
        wrong = (
            form["grant_type"] != "urn:ietf:params:oauth:grant-type:jwt-bearer"
            or json.loads(_bytes(head)) != {"alg": "RS256", "typ": "JWT", "kid": "canarykeyid0123456789"}
            or said["iss"] != self.email
            or not said["aud"].endswith("/token")
            or said["exp"] - said["iat"] > 3600
        )
        if wrong:
            return Answer(status=400, body={"error": "invalid_grant", "error_description": "Invalid JWT."})
        token = f"ya29.canary-{said['scope'].rpartition('/')[2]}"
        return Answer(body={"access_token": token, "expires_in": 3599, "token_type": "Bearer"})


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def google_error(code: int, status: str, message: str, *details: Any) -> Answer:
    """https://cloud.google.com/apis/design/errors"""
    return Answer(
        status=code, body={"error": {"code": code, "status": status, "message": message, "details": list(details)}}
    )


def ads_error(code: int, status: str, family: str, word: str) -> Answer:
    """Google Ads wraps its own codes, and a stream is a list."""
    failure = {
        "@type": "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure",
        "errors": [{"errorCode": {family: word}, "message": "told by Google Ads"}],
        "requestId": "r",
    }
    error = {"code": code, "status": status, "message": "Request had problems.", "details": [failure]}
    return Answer(status=code, body=[{"error": error}])


@dataclass
class Ga4:
    """A property: its rows are (date or dateHour, dimensions...) -> metrics, answered in pages of `page` at most."""

    rows: Sequence[tuple[Sequence[str], Sequence[str]]]
    page: int = 100_000
    metadata: Mapping[str, Any] = field(default_factory=lambda: {"currencyCode": "EUR", "timeZone": "Europe/Berlin"})
    quota: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != "Bearer ya29.canary-analytics.readonly":
            return google_error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        question = asked.json
        start, size = int(question["offset"]), min(int(question["limit"]), self.page)
        first, last = (question["dateRanges"][0][k].replace("-", "") for k in ("startDate", "endDate"))
        fitting = [r for r in self.rows if first <= r[0][0][:8] <= last or not r[0][0][:8].isdigit()]
        answer: dict[str, Any] = {
            "dimensionHeaders": question["dimensions"],
            "metricHeaders": [{"name": m["name"], "type": "TYPE_INTEGER"} for m in question["metrics"]],
            "rows": [
                {"dimensionValues": [{"value": v} for v in names], "metricValues": [{"value": v} for v in values]}
                for names, values in fitting[start : start + size]
            ],
            "rowCount": len(fitting),
            "metadata": self.metadata,
            "propertyQuota": self.quota,
            "kind": "analyticsData#runReport",
        }
        if not answer["rows"]:
            del answer["rows"], answer["rowCount"]  # as Google leaves out what is empty
        return Answer(body=answer)
