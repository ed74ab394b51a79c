"""Addresses of web pages and APIs as people write them into the configuration."""

from urllib.parse import urlsplit


def is_address(url: str, *, private: bool) -> bool:
    """Whether this can be asked: https without a user name; in a private network also plain http."""
    try:
        parts = urlsplit(url)
        named, _ = parts.username is not None, parts.port
    except ValueError:
        return False
    schemes = ("https", "http") if private else ("https",)
    return bool(parts.hostname) and not named and parts.scheme in schemes and url.isprintable() and " " not in url
