"""WHAT moved: expectations out of sample, calibrated p-values, and one detector a file.

To add a detector: a frozen dataclass whose fields are tunable and whose `candidates(evidence)` is the maths,
a field in `judge.Judging`, a line in its list of detectors, and a case in the conformance tests.
"""
