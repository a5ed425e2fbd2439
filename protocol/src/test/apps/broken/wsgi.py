"""Fails while it is imported."""

print("about to fail", flush=True)
raise RuntimeError("the database is on fire")
