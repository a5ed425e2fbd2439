"""Fails as if a module were missing, without saying which."""

raise ModuleNotFoundError("by hand")
