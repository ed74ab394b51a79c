"""Measures of accuracy and speed: `make bench`. Labelled data come from CHANNELWATCH_DATA, never from the network."""
