use strict;
use warnings;

# Asks a server, whose port is the argument, all of Plack's suite for servers.

use Plack::LWPish;
use Plack::Test::Suite;
use Test::More;

my ($port)  = @ARGV;
my $browser = Plack::LWPish->new(no_proxy => ['127.0.0.1']);
my $number  = 0;

Plack::Test::Suite->runtests(
    sub {
        my ($name, $test) = @_;
        my $case = $number++;
        my $ask  = sub {
            my ($request) = @_;
            $request->uri->port($port);
            $request->header('X-Plack-Test' => $case);
            return $browser->request($request);
        };
        subtest $name, sub { $test->($ask); is 1, 1 };
    }
);
done_testing;
