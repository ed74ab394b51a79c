"""One service account for all tests: making a key takes a while."""

import pytest

from tests.vendor_google import GoogleKey


@pytest.fixture(scope="session")
def google_key() -> GoogleKey:
    return GoogleKey.new()
