"""Mailboxes, by one's own mail server or by a provider's HTTP API."""

import re
from ipaddress import ip_address
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from config.base import Section, bad_section, bad_value
from config.destinations.addresses import Recipients, Sender

_PORTS = {"starttls": 587, "tls": 465, "none": 25}

# Host names, addresses of hosts, and what providers call their domains and streams: nothing that a URL could take amiss.
_PLAIN = re.compile(r"[A-Za-z0-9._:-]{1,253}")


def _is_name(value: str) -> str:
    if not _PLAIN.fullmatch(value):
        raise bad_value("plain name", remedy="Write letters, digits, dots and hyphens only.")
    return value


class EmailSmtp(Section):
    """Mailboxes by SMTP: a company's own mail server, or any provider's."""

    kind: Annotated[Literal["email_smtp"], Field(description="what it is", examples=["email_smtp"])]
    host: Annotated[
        str, Field(description="name of the mail server", examples=["smtp.example.com"]), AfterValidator(_is_name)
    ]
    port: Annotated[
        int | None,
        Field(ge=1, le=65535, description="default: 587 for starttls, 465 for tls, 25 for none", examples=["587"]),
    ] = None
    tls: Annotated[
        Literal["starttls", "tls", "none"],
        Field(
            description="starttls: encryption is asked for after the greeting; tls: from the first byte; none: only to this machine",
            examples=["tls"],
        ),
    ] = "starttls"
    allow_plaintext: Annotated[
        bool,
        Field(
            description="with tls: none, send unencrypted to another machine too; never with a password",
            examples=["true"],
        ),
    ] = False
    ca_file: Annotated[
        str | None,
        Field(
            description="PEM file with the certificate authority of an internal mail server, relative to this file; default: the usual authorities",
            examples=["internal-ca.pem"],
        ),
    ] = None
    username: Annotated[
        str | None, Field(description="account at the mail server; without one, nobody signs in", examples=["alerts"])
    ] = None
    password: Annotated[
        SecretStr | None, Field(description="its password, a secret: write ${NAME}", examples=["${SMTP_PASSWORD}"])
    ] = None
    sender: Sender
    to: Recipients
    timeout_seconds: Annotated[
        float, Field(gt=0, le=30, description="the longest wait for each answer of the server", examples=["10"])
    ] = 20.0

    @property
    def resolved_port(self) -> int:
        """The port as written, else the usual one."""
        return self.port or _PORTS[self.tls]

    @model_validator(mode="after")
    def _nothing_secret_goes_in_the_open(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise bad_section("username and password belong together", remedy="Write both, or neither.")
        if self.tls != "none" or _is_this_machine(self.host):
            return self
        if self.password is not None:
            raise bad_section(
                "tls: none would send the password in the open", remedy="Write tls: starttls, or remove the password."
            )
        if not self.allow_plaintext:
            raise bad_section(
                "tls: none would send alerts in the open",
                remedy="Write tls: starttls; or allow_plaintext: true if the network between is trusted.",
            )
        return self


class EmailSendgrid(Section):
    """Mailboxes by SendGrid's API."""

    kind: Annotated[Literal["email_sendgrid"], Field(description="what it is", examples=["email_sendgrid"])]
    api_key: Annotated[
        SecretStr,
        Field(description="API key that may send mail, a secret: write ${NAME}", examples=["${SENDGRID_KEY}"]),
    ]
    sender: Sender
    to: Recipients


class EmailMailgun(Section):
    """Mailboxes by Mailgun's API."""

    kind: Annotated[Literal["email_mailgun"], Field(description="what it is", examples=["email_mailgun"])]
    api_key: Annotated[
        SecretStr, Field(description="sending key, a secret: write ${NAME}", examples=["${MAILGUN_KEY}"])
    ]
    domain: Annotated[
        str,
        Field(description="the sending domain set up at Mailgun", examples=["mg.example.com"]),
        AfterValidator(_is_name),
    ]
    region: Annotated[
        Literal["us", "eu"], Field(description="where the domain was set up: us or eu", examples=["eu"])
    ] = "us"
    sender: Sender
    to: Recipients


class EmailPostmark(Section):
    """Mailboxes by Postmark's API."""

    kind: Annotated[Literal["email_postmark"], Field(description="what it is", examples=["email_postmark"])]
    server_token: Annotated[
        SecretStr, Field(description="the server's API token, a secret: write ${NAME}", examples=["${POSTMARK_TOKEN}"])
    ]
    stream: Annotated[str, Field(description="the message stream", examples=["alerts"]), AfterValidator(_is_name)] = (
        "outbound"
    )
    sender: Sender
    to: Recipients


class EmailResend(Section):
    """Mailboxes by Resend's API, which recognises what it has already taken."""

    kind: Annotated[Literal["email_resend"], Field(description="what it is", examples=["email_resend"])]
    api_key: Annotated[SecretStr, Field(description="API key, a secret: write ${NAME}", examples=["${RESEND_KEY}"])]
    sender: Sender
    to: Recipients


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
