use strict;
use warnings;
use utf8;

# A list of wishes. It needs Plack alone.
#
# Its processes share the wishes through a file, which each locks while it adds one.

use Fcntl qw(:flock SEEK_SET);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use JSON::PP;
use Plack::Request;

# Beside this file, or where that cannot be written in the folder for temporary files.
my $here = dirname(__FILE__) . '/data';
-d $here or mkdir $here;
my $file = $ENV{WISHES_FILE} // (-w $here ? $here : tempdir(CLEANUP => 0)) . '/wishes.json';

my $json = JSON::PP->new->utf8->canonical;

# All wishes, after one more if there is one.
sub wishes {
    my ($wish) = @_;
    open my $store, '+>>', $file or die "$file: $!";
    flock $store, LOCK_EX or die "$file: $!";
    seek $store, 0, SEEK_SET;
    my $text   = do { local $/; <$store> } // '';
    my $wishes = $text eq '' ? [] : $json->decode($text);
    if (defined $wish) {
        push @$wishes, $wish;
        truncate $store, 0;
        print $store $json->encode($wishes);
        close $store or die "$file: $!";
    }
    return $wishes;
}

# A text for a page.
sub html {
    my ($text) = @_;
    my %names = ('<' => '&lt;', '>' => '&gt;', '&' => '&amp;', '"' => '&quot;');
    return $text =~ s/([<>&"])/$names{$1}/gr;
}

sub page {
    my ($request) = @_;
    my $base  = html($request->script_name);
    my $items = join "\n", map { '<li>' . html($_) . '</li>' } @{ wishes() };
    my $page  = <<"HTML";
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Wishes</title>
<link rel="stylesheet" href="$base/style.css">
<h1>What would you like?</h1>
<ol>
$items
</ol>
<form method="post" action="$base/"><input name="wish" maxlength="100" required> <button>I wish</button></form>
</html>
HTML
    utf8::encode($page);
    return [ 200, [ 'Content-Type' => 'text/html; charset=utf-8' ], [$page] ];
}

sub add {
    my ($request) = @_;
    my $wish = $request->parameters->{wish} // '';
    utf8::decode($wish) && $wish =~ /\A.{1,100}\z/ or return [ 400, [ 'Content-Type' => 'text/plain' ], ["That is no wish.\n"] ];
    wishes($wish);
    return [ 303, [ Location => $request->script_name . '/' ], [] ];
}

sub {
    my $request = Plack::Request->new(shift);
    my $place   = $request->method =~ s/HEAD/GET/r . ' ' . ($request->path_info || '/');
    return page($request) if $place eq 'GET /';
    return add($request)  if $place eq 'POST /';
    return [ 200, [ 'Content-Type' => 'application/json' ], [ $json->encode(wishes()) ] ] if $place eq 'GET /wishes.json';
    return [ 404, [ 'Content-Type' => 'text/plain' ], ["There is no such page here.\n"] ];
};
