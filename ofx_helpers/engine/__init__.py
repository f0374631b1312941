"""Evaluates a node graph: windows, time, colour, cache."""
