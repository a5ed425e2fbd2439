#!/usr/bin/perl
# A shopping list. It needs Perl alone.
#
# Each request is answered by a program of its own: this one, or list.sh. They share the list through a file, a line for
# each thing, which is locked while it is changed.

use strict;
use warnings;
use Fcntl qw(:flock :seek);

use constant MAX_FORM   => 10_000;
use constant MAX_THINGS => 100;

# Where the site is: nothing, or the path below which a web server has it.
my $base = $ENV{SCRIPT_NAME} =~ s{/index\.cgi\z}{}r;

if    ($ENV{REQUEST_METHOD} eq 'POST')           { change(form()) }
elsif ($ENV{REQUEST_METHOD} =~ /\A(GET|HEAD)\z/) { page(things()) }
else                                             { refuse('405 Method Not Allowed') }

sub page {
    my @rows = map { my $name = escape($_); qq(<li>$name <button name="got" value="$name">got it</button></li>\n) } @_;
    @rows = "<li>nothing</li>\n" unless @rows;
    print <<"HTML";
Content-Type: text/html; charset=utf-8

<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width">
<title>Shopping list</title>
<link rel="stylesheet" href="$base/style.css">
<h1>To buy</h1>
<form method="post" action="$base/"><ul>
@rows</ul></form>
<form method="post" action="$base/"><input name="what" placeholder="Milk" maxlength="80" required>
<button>Put it on the list</button></form>
<p><a href="$base/list.sh">As text</a>
</html>
HTML
}

sub change {
    my %form  = @_;
    my $added = clean($form{what});
    my $got   = clean($form{got});
    return refuse('400 Bad Request') unless length "$added$got";
    open my $file, '+>>', place() or die "cannot open the list: $!";
    flock $file, LOCK_EX or die $!;
    my @things = grep { $_ ne $got && $_ ne $added } read_from($file);
    push @things, $added if length $added && @things < MAX_THINGS;
    truncate $file, 0;
    print {$file} map {"$_\n"} @things;
    close $file or die "cannot write the list: $!";
    print "Status: 303 See Other\nLocation: $base/\n\n";
}

sub things {
    open my $file, '<', place() or return;
    flock $file, LOCK_SH or die $!;
    return read_from($file);
}

sub read_from {
    my ($file) = @_;
    seek $file, 0, SEEK_SET;
    my @lines = <$file>;
    chomp @lines;
    return @lines;
}

# Beside this program, or among the temporary files of its user where he may not write here. list.sh has the same rule.
sub place {
    return $ENV{SHOPPING_LIST} if $ENV{SHOPPING_LIST};
    my $folder = -w '.' ? 'data' : ($ENV{TMPDIR} || '/tmp') . "/shopping-$<";
    mkdir $folder, 0700;
    die "$folder is somebody else's" unless -o $folder;
    return "$folder/list.txt";
}

sub form {
    my $size = $ENV{CONTENT_LENGTH} || 0;
    return if $size > MAX_FORM || read(STDIN, my $text, $size) != $size;
    return map { tr/+/ /; s/%([0-9A-Fa-f]{2})/chr hex $1/ger } map { (split(/=/, $_, 2), '')[0, 1] } split /&/, $text;
}

sub clean {
    my $text = substr shift // '', 0, 240;
    $text =~ s/[\x00-\x1f\x7f]+/ /g;
    return $text =~ s/\A +| +\z//gr;
}

sub escape {
    my %names = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;', '"' => '&quot;');
    return $_[0] =~ s/([&<>"])/$names{$1}/gr;
}

sub refuse {
    print "Status: $_[0]\nContent-Type: text/plain\n\n$_[0]\n";
}
