#!/usr/bin/perl
use strict;
print "Content-Type: text/plain\n\n";
$undeclared = 1;
