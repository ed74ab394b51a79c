"""What periods that still fill up will show in the end."""

import numpy as np

from detectors.finding import Settling
from detectors.panel import Bools, Floats


def settling(observed: Floats, share: Floats, scatter: Floats, use: Bools) -> Settling | None:
    """What the periods are expected to show when they are complete; None if they are."""
    seen, part, doubt = observed[use], share[use], scatter[use]
    if not (part != 1.0).any():
        return None
    final = seen / part
    # The periods share what is not known of their completeness: it does not average out.
    ends = [float(np.mean(final * np.exp(sign * 1.96 * doubt))) for sign in (-1, 1)]
    return Settling(
        share=float(seen.sum() / final.sum()) if final.sum() else float(part.mean()),
        final=float(final.mean()),
        lower=ends[0],
        upper=ends[1],
    )
