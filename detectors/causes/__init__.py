"""WHY: marks of causes against what moved and what did not. `rank` is the way in; CONTRIBUTING says how to add a cause."""
