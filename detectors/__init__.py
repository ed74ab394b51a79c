"""Pure mathematics: arrays in, findings out.

No I/O, no clock, no logging, no pydantic. `series` says what moved, `segments` where, `causes` why.
"""
