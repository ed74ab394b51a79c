"""Everything that touches the world: sources, schedule, store, delivery. Read `cycle.py` first."""

__version__ = "0.1.0"
