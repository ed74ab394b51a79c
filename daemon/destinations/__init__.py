"""Where alerts go. One file a kind; each takes finished words and answers with a receipt or a DeliveryError.

To add a kind: its settings in config/outputs.py (and in the union there), one module here with a class that has `again`
and `deliver`, one case in build.py, its layout in daemon/alerts, and a test against tests/receiver.py.
"""

from daemon.destinations.contract import Again, Context, Destination, Receipt

__all__ = ["Again", "Context", "Destination", "Receipt"]
