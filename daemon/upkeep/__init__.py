"""What lets people forget that it runs: the note of a quiet week, a backup every night, and dropping what is over.

`run_due` is called now and then, never while a cycle runs. The state remembers what was done when: a restart repeats
nothing, and what was missed is done once.
"""

from daemon.upkeep.due import Done, run_due

__all__ = ["Done", "run_due"]
