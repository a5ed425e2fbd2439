"""Raises while it is loaded, in line 3."""

raise RuntimeError("boom while loading")
