"""Which causes are known: those of a causes.yaml beside the configuration, else those that come with channelwatch."""

from pathlib import Path

from config.causes import Causes, load_causes, shipped

NAME = "causes.yaml"


def causes_for(folder: Path) -> Causes:
    """The causes for a configuration in `folder`.

    Raises:
        ConfigError: the file beside the configuration is wrong.
    """
    own = folder / NAME
    return load_causes(own) if own.exists() else shipped()
