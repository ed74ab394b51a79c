"""What KPIs are made of: by an identities.yaml beside the configuration, else by the one that comes with channelwatch."""

from pathlib import Path

from config.identities import Identities, load_identities, shipped

NAME = "identities.yaml"


def identities_for(folder: Path) -> Identities:
    """The identities for a configuration in `folder`.

    Raises:
        ConfigError: the file beside the configuration is wrong.
    """
    own = folder / NAME
    return load_identities(own) if own.exists() else shipped()
