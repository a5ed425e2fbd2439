"""Leaves while it is imported."""

raise SystemExit(3)
