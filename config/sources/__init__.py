"""Where the numbers come from: a place to read tables from, told apart by `kind`. One file a kind."""

from typing import Annotated

from pydantic import Field

from config.sources.files import FilesSource
from config.sources.sql import SqlSource

__all__ = ["FilesSource", "Source", "SqlSource"]

Source = Annotated[FilesSource | SqlSource, Field(discriminator="kind")]
