"""Plays a written scenario through the real thing, on a clock that jumps."""
