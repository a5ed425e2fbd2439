#!/usr/bin/perl
use strict;
use warnings;
print "Content-Type: text/plain\r\nContent-Length: 12\r\n\r\nhello world\n";
