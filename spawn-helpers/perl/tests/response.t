#!/usr/bin/perl

# What an application answers, in all forms that PSGI knows and some that it does not.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..", "$FindBin::Bin/lib";
use Carpool::Board;
use Exchange;
use Test::More;

Carpool::Board::trace_errors();

# A body with an end that is noticed.
package Pieces {
    our $closed = 0;
    sub new     { my ($class, @pieces) = @_; return bless [@pieces], $class }
    sub getline { my $next = shift @{ $_[0] }; return ref $next ? $next->() : $next }
    sub close   { $closed++; return 1 }
}

sub answered {
    my ($answer, @more) = @_;
    return exchange(sub {$answer}, @more);
}

subtest 'an array gets its Content-Length' => sub {
    is_deeply [ answered([ 200, [ 'X-A' => 1 ], [ 'a', undef, 'bc' ] ]) ], [ "Status: 200 OK\r\nX-A: 1\r\nContent-Length: 3", 'abc', 1 ];
    is_deeply [ answered([ 200, [], [] ]) ], [ "Status: 200 OK\r\nContent-Length: 0", '', 1 ];
    is_deeply [ answered([ 200, [ 'content-length' => 2 ], [ 'a', 'b' ] ]) ], [ "Status: 200 OK\r\ncontent-length: 2", 'ab', 1 ];
};

subtest 'a header with several values, and one that would be taken for the status' => sub {
    my ($head) = answered([ 299, [ 'Set-Cookie' => 'a=1', 'Set-Cookie' => 'b=2', Status => '500 No' ], ['x'] ]);
    is $head, "Status: 299 Status\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 1";
};

subtest 'a header cannot bring another' => sub {
    like((answered([ 200, [ Location => "/\r\nSet-Cookie: a=b" ], [] ]))[0], qr/\AStatus: 500 [^:]*\r\nContent-Type: text\/plain/);
    like logged(), qr/a header has a control character: Location/;
};

subtest 'characters that are bytes are sent as those, and others are refused' => sub {
    my $latin = "\xfc";
    utf8::upgrade($latin);
    is((answered([ 200, [ 'X-A' => $latin ], [$latin] ]))[1], "\xfc");
    like((answered([ 200, [], ["\x{263a}"] ]))[0], qr/\AStatus: 500 /);
    like logged(), qr/encode it, as with Encode::encode_utf8/;
};

subtest 'what is no response is a 500 that says so' => sub {
    for my $answer (undef, 'text', {}, [ 'OK', [], [] ], [ 200, {}, [] ], [ 200, [], undef ], [ 200, [], 'text' ], [ 200, [ 'Content-Length' => 'x' ], [] ]) {
        my ($head, undef, $whole) = answered($answer);
        like $head, qr/\AStatus: 500 /;
        ok $whole;
        like logged(), qr/\Acarpool: GET \/ failed\nthis is|no (?:array|body)/;
    }
};

subtest 'file handles of all kinds' => sub {
    open my $plain, '<', "$FindBin::Bin/apps/text" or die $!;
    is_deeply [ answered([ 200, [], $plain ]) ], [ "Status: 200 OK\r\nContent-Length: 14", "one\ntwo\nthree\n", 1 ];
    ok !defined fileno $plain, 'it is closed';

    open my $begun, '<', "$FindBin::Bin/apps/text" or die $!;
    readline $begun;
    is((answered([ 200, [], $begun ]))[1], "two\nthree\n", 'from where it is');

    open my $memory, '<', \"in memory" or die $!;
    is((answered([ 200, [], $memory ]))[1], 'in memory');

    open my $pipe, '-|', 'echo', 'of a pipe' or die $!;
    is((answered([ 200, [], $pipe ]))[1], "of a pipe\n");

    open my $lines, '+>:crlf', undef or die $!;
    print $lines "as\nread\n";
    seek $lines, 0, 0;
    is((answered([ 200, [], $lines ]))[1], "as\nread\n");
};

subtest 'an object is read piece by piece, and closed whatever happens' => sub {
    is_deeply [ answered([ 200, [], Pieces->new('a', '', 'b') ]) ], [ 'Status: 200 OK', 'ab', 1 ];
    is $Pieces::closed, 1;
    is_deeply [ answered([ 200, [], Pieces->new('a', sub { die "broken\n" }) ]) ], [ 'Status: 200 OK', 'a', 0 ];
    is $Pieces::closed, 2;
    like logged(), qr/GET \/ failed\nbroken\n  from \S+response\.t:\d+ in main::__ANON__/;
    answered([ 200, [], Pieces->new('a') ], '', REQUEST_METHOD => 'HEAD');
    is $Pieces::closed, 3;
};

subtest 'a function answers later, or in pieces' => sub {
    is_deeply [ answered(sub { $_[0]->([ 200, [], ['later'] ]) }) ], [ "Status: 200 OK\r\nContent-Length: 5", 'later', 1 ];
    my $writer;
    my $pieces = sub {
        $writer = $_[0]->([ 200, [] ]);
        $writer->write($_) for 'a', '', 'b';
        $writer->close;
        $writer->close;
    };
    is_deeply [ answered($pieces) ], [ 'Status: 200 OK', 'ab', 1 ];
    ok !eval { $writer->write('late'); 1 } && $@ =~ /the response is closed/;
    is((answered(sub { $writer = $_[0]->([ 200, [] ]) }))[0], 'Status: 200 OK', 'an open one is closed');
    ok !eval { $writer->write('late'); 1 } && $@ =~ /the request is over/;
};

subtest 'a function that gives none, or two' => sub {
    like((answered(sub { }))[0], qr/\AStatus: 500 /);
    my $twice = sub { my ($respond) = @_; $respond->([ 200, [], ['a'] ]) for 1, 2 };
    is((answered($twice))[1], 'a');
    like logged(), qr/gave no response\n.*a second response/s;
};

subtest 'no body where there is none' => sub {
    is_deeply [ answered([ 304, [ 'Content-Length' => 5 ], ['hello'] ]) ], [ "Status: 304 Not Modified\r\nContent-Length: 5", '', 1 ];
    is_deeply [ answered([ 204, [], ['hello'] ]) ], [ 'Status: 204 No Content', '', 1 ];
    open my $file, '<', "$FindBin::Bin/apps/text" or die $!;
    is_deeply [ answered([ 200, [], $file ], '', REQUEST_METHOD => 'HEAD') ], [ "Status: 200 OK\r\nContent-Length: 14", '', 1 ];
};

subtest 'an error is told with where it was raised, whatever it is' => sub {
    exchange(sub { eval { die "caught\n" }; die { code => 7 } });
    like logged(), qr/failed\nHASH\(0x[0-9a-f]+\)\n  from \S+response\.t:\d+ in main::__ANON__\n/;
    exchange(sub { die '' });
    like logged(), qr/failed\nDied at \S+response\.t line \d+/;
};

subtest 'cleanup handlers are called when the response is out' => sub {
    my @called;
    my $application = sub {
        my ($env) = @_;
        push @{ $env->{'psgix.cleanup.handlers'} }, sub { push @called, $_[0]{PATH_INFO} }, sub { die "dirty\n" }, sub { push @called, 'last' };
        return [ 200, [], ['x'] ];
    };
    is((exchange($application))[1], 'x');
    is_deeply \@called, [ '/', 'last' ];
    like logged(), qr/a cleanup handler failed: dirty/;

    exchange(sub { $application->(@_); die 'broken' });
    is scalar @called, 4, 'also when it failed';
    like logged(), qr{GET / failed\nbroken};
};

subtest 'a process that the application forked does not serve' => sub {
    my ($head, $body) = exchange(
        sub {
            my $pid = fork // die $!;
            die "in the child\n" unless $pid;
            waitpid $pid, 0;
            return [ 200, [], ["status $?"] ];
        }
    );
    is $body, 'status 0';
    is logged(), '';
};

subtest 'a response whose peer is gone is not whole, even if the application does not mind' => sub {
    my $cleaned;
    my $application = sub {
        my ($env) = @_;
        push @{ $env->{'psgix.cleanup.handlers'} }, sub { $cleaned++ };
        return sub {
            my $writer = $_[0]->([ 200, [] ]);
            eval { $writer->write('x' x 1_000_000) } for 1 .. 2;
            $writer->close;
        };
    };
    is((exchange($application, '', gone => 1))[2], 0);
    my $minds = sub {
        push @{ $_[0]{'psgix.cleanup.handlers'} }, sub { $cleaned++ };
        return [ 200, [], [ 'x' x 1_000_000 ] ];
    };
    is((exchange($minds, '', gone => 1))[2], 0);
    is $cleaned, 2;
    is logged(), '';
};

done_testing;
