"""Tests of the measures themselves."""
