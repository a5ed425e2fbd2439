#!/usr/bin/perl
# Gives the body back.
binmode STDIN; binmode STDOUT;
my $left = $ENV{CONTENT_LENGTH} || 0;
print "Content-Type: application/octet-stream\r\nContent-Length: $left\r\n\r\n";
while ($left > 0 && (my $n = sysread(STDIN, my $data, $left < 65536 ? $left : 65536))) { print $data; $left -= $n; }
