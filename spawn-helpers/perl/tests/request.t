#!/usr/bin/perl

# What an application is told of a request.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..", "$FindBin::Bin/lib";
use Exchange;
use Test::More;

# The environment that an application sees.
sub seen {
    my (%fields) = @_;
    my $seen;
    exchange(sub { $seen = $_[0]; return [ 200, [], [] ] }, '', %fields);
    return $seen;
}

sub paths {
    my $env = seen(@_);
    return [ @$env{qw(SCRIPT_NAME PATH_INFO)} ];
}

subtest 'the least that is sent makes a whole environment' => sub {
    my ($env, $answer);
    exchange(sub { $env = $_[0]; return [ 200, [], [] ] }, '', sent => scgi(''));
    is_deeply [ @$env{qw(REQUEST_METHOD SERVER_NAME SERVER_PORT SERVER_PROTOCOL)} ], [qw(GET localhost 80 HTTP/1.0)];
    is_deeply [ @$env{qw(QUERY_STRING SCRIPT_NAME PATH_INFO REQUEST_URI psgi.url_scheme)} ], [ '', '', '/', '/', 'http' ];
    ok !$env->{'psgi.multithread'} && $env->{'psgi.multiprocess'} && $env->{'psgi.streaming'} && !$env->{'psgi.nonblocking'};
};

subtest 'a path is decoded once however it comes' => sub {
    my $decoded = [ '', "/caf\xc3\xa9/a b%" ];
    is_deeply paths(PATH_INFO    => $decoded->[1]), $decoded;
    is_deeply paths(DOCUMENT_URI => $decoded->[1]), $decoded;
    is_deeply paths(sent => scgi('', REQUEST_URI => '/caf%C3%A9/a%20b%25?x=1')), $decoded;
    is_deeply paths(sent => scgi('', REQUEST_URI => 'http://a/b/c')), [ '', '/b/c' ];
};

subtest 'the path below a script name' => sub {
    is_deeply paths(SCRIPT_NAME => '/blog', DOCUMENT_URI => '/blog/a'),  [ '/blog', '/a' ];
    is_deeply paths(SCRIPT_NAME => '/blog', DOCUMENT_URI => '/blogger'), [ '/blog', '/blogger' ];
    is_deeply paths(SCRIPT_NAME => '/blog', PATH_INFO => ''), [ '/blog', '' ];
    is_deeply paths(SCRIPT_NAME => '/',     PATH_INFO => ''), [ '',      '/' ];
};

subtest "Apache's paths" => sub {
    my $apache = sub {
        my ($script, $target) = @_;
        return paths(sent => scgi('', SCRIPT_NAME => $script, SCRIPT_FILENAME => "proxy:scgi://blog$target"));
    };
    is_deeply $apache->('/a/b',      '/a/b'),    [ '',      '/a/b' ];
    is_deeply $apache->('/blog/a b', '/a%20b'),  [ '/blog', '/a b' ];
    is_deeply $apache->('/blog',     '/'),       [ '/blog', '' ];
    is_deeply $apache->('/else',     '/other'),  [ '',      '/else' ];
};

subtest 'what was asked is told as it came, or made up' => sub {
    is seen(REQUEST_URI => '/a%2Fb?x=%20')->{REQUEST_URI}, '/a%2Fb?x=%20';
    is seen(DOCUMENT_URI => '/a b', QUERY_STRING => 'x=1')->{REQUEST_URI}, '/a%20b?x=1';
};

subtest 'HTTPS is known' => sub {
    is seen(HTTPS          => 'on')->{'psgi.url_scheme'},    'https';
    is seen(REQUEST_SCHEME => 'https')->{'psgi.url_scheme'}, 'https';
};

subtest "a visitor's header is not taken for what the web server says" => sub {
    my $env = seen(HTTP_CONTENT_LENGTH => 5, HTTP_CONTENT_TYPE => 'x/y');
    ok !exists $env->{HTTP_CONTENT_LENGTH} && !exists $env->{HTTP_CONTENT_TYPE};
    is $env->{CONTENT_LENGTH}, 0;
};

subtest 'a body is read in every way, whether it came with the header or not' => sub {
    for my $tail ('four', 'f' x 300_000) {
        my $length = length $tail;
        my @read;
        exchange(
            sub {
                my $input = $_[0]{'psgi.input'};
                my ($some, $rest);
                push @read, scalar <$input>, $input->read($some, 3), "$some", $input->getline, $input->tell;
                push @read, read($input, $rest, 10_000_000), "$rest", $input->read($rest, 5), eof $input;
                seek $input, 0, 0;
                push @read, scalar(my @lines = <$input>);
                $input->seek(4, 0);
                $input->read($some, 3, 3);
                push @read, $some, ref $input ne '' && "$input" ne '';
                return [ 200, [], [] ];
            },
            "one\ntwo\nthree\n$tail"
        );
        is_deeply \@read, [ "one\n", 3, 'two', "\n", 8, 6 + $length, "three\n$tail", 0, !!1, 4, 'twotwo', !!1 ], "$length bytes";
    }
};

subtest 'who keeps a body reads nothing of the next one' => sub {
    my $kept;
    my $application = sub {
        $kept //= $_[0]{'psgi.input'};
        my $size = $kept->read(my $data, 200_000);
        return [ 200, [], [ $size . substr $data, 0, 1 ] ];
    };
    is((exchange($application, 'x' x 100_000))[1], '100000x');
    like((exchange($application, 'y' x 100_000))[0], qr/\AStatus: 500 /);
};

subtest 'half a body is never a whole one' => sub {
    for my $size (100, 100_000) {
        my $survived;
        my ($head, $body, $whole) = exchange(
            sub { $_[0]{'psgi.input'}->read(my $data, 1_000_000); $survived = 1; return [ 200, [], [] ] },
            '', sent => substr scgi('x' x 200_000), 0, $size
        );
        ok !$survived && !$whole, "$size bytes";
        is $head, '';
    }
};

subtest 'what is no SCGI is refused' => sub {
    for my $sent ("GET / HTTP/1.0\r\n\r\n", '999999:', '5:hello,', "18:CONTENT_LENGTH\0x\0\0,", "21:CONTENT_LENGTH\0000\0SCGI\0") {
        like((exchange(sub { die 'asked' }, '', sent => $sent))[0], qr/\AStatus: 400 Bad Request\r\n/);
    }
    like logged(), qr/a request was refused: it does not begin with a netstring\n/;
};

done_testing;
