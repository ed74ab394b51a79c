"""A month in the life of a running channelwatch, with a clock that the test moves."""
