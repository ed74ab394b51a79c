"""Tables as files."""

from typing import Annotated, Literal

from pydantic import Field

from config.base import Section


class FilesSource(Section):
    """Tables as files: CSV (also .gz), Parquet, JSON lines."""

    kind: Annotated[Literal["files"], Field(description="what it is", examples=["files"])]
    path: Annotated[
        str, Field(description="a file, a folder or a glob; relative to the configuration file", examples=["data"])
    ]
