# Dies while it is loaded, in line 3.

die "boom while loading";
