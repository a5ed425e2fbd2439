# Raises while it is loaded, in line 3.

raise "boom while loading"
