"""Where the numbers come from: a place to read tables from, told apart by `kind`. One file a kind."""

from typing import Annotated

from pydantic import Field

from config.sources.files import FilesSource
from config.sources.google import Ga4Source, GoogleAdsSource
from config.sources.http import HttpSource
from config.sources.sql import SqlSource

__all__ = ["FilesSource", "Ga4Source", "GoogleAdsSource", "HttpSource", "Source", "SqlSource"]

Source = Annotated[FilesSource | SqlSource | HttpSource | Ga4Source | GoogleAdsSource, Field(discriminator="kind")]
