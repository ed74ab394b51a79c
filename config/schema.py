"""The JSON Schema that editors use for completion and for red underlines; config/schema.json is what it generates.

Run `python -m config.schema` in the repository to write the file anew.
"""

import json
from pathlib import Path
from typing import Any

from config.settings import Settings

FILE = Path(__file__).with_name("schema.json")


def schema() -> dict[str, Any]:
    """The schema of a configuration file."""
    generated = Settings.model_json_schema()
    generated["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    generated["title"] = "channelwatch configuration"
    return generated


def text() -> str:
    """The schema as it stands in config/schema.json."""
    return json.dumps(schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
