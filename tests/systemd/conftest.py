"""The container boots only when asked: CHANNELWATCH_CONTAINER=1, as root, with debootstrap and systemd-nspawn."""

import os

from tests.systemd.installed import installed, service

__all__ = ["installed", "service"]

collect_ignore = [] if os.environ.get("CHANNELWATCH_CONTAINER") else ["test_service.py"]
