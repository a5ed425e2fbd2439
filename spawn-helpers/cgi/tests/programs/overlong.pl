#!/usr/bin/perl
# Prints more than it has said, without an end.
print "Content-Length: 3\n\n";
print "y" x 1000 while 1;
