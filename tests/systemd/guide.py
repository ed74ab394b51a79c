"""The install guide's commands, read from the page that people copy them from."""

import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "systemd" / "README.md"


def commands(heading: str) -> list[str]:
    """The lines of shell below a heading, in order, without their comments."""
    section = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", GUIDE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert section is not None, f"the guide has no heading {heading}"
    blocks = re.findall(r"^```sh\n(.*?)^```", section.group(1), re.DOTALL | re.MULTILINE)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]
