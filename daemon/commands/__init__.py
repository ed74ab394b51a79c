"""The commands, by what a person wants: set up, run once, look, run for good, analyse. Heavy imports happen inside."""
