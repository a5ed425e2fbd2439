package Carpool::PeerGone;

use strict;
use warnings;

# The other end of the connection is closed: nobody's fault, and nothing to log.
use overload '""' => sub { ${ $_[0] } . "\n" }, fallback => 1;

sub raise {
    my ($class, $text) = @_;
    $text //= 'the client went away';
    die bless \$text, $class;
}

package Carpool::BadRequest;

# What came on the connection is not SCGI.
our @ISA = 'Carpool::PeerGone';

package Carpool::Request;

use Carpool::Body;
use Errno qw(EINTR EAGAIN);
use IO::Handle ();
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

# The request: read as SCGI from a connection, made into the environment of PSGI.

use constant {
    MAX_HEADER     => 256 * 1024,
    HEADER_SECONDS => 10,
    PIECE          => 64 * 1024,
    MAX_DRAIN      => 1024 * 1024,
    DRAIN_SECONDS  => 0.3,
};

# What an environment must have, and for what the web server says nothing.
my %REQUIRED = (
    REQUEST_METHOD  => 'GET',
    SERVER_NAME     => 'localhost',
    SERVER_PORT     => '80',
    SERVER_PROTOCOL => 'HTTP/1.0',
);
my %USUAL = (
    %REQUIRED,
    SCRIPT_NAME             => '',
    QUERY_STRING            => '',
    'psgi.version'          => [ 1, 1 ],
    'psgi.errors'           => \*STDERR,
    'psgi.multithread'      => !!0,
    'psgi.multiprocess'     => !!1,
    'psgi.run_once'         => !!0,
    'psgi.nonblocking'      => !!0,
    'psgi.streaming'        => !!1,
    'psgix.input.buffered'  => !!1,
    'psgix.harakiri'        => !!0,
    'psgix.cleanup'         => !!1,
);

# Where Apache's mod_proxy sends a request: the URL of ProxyPass and what came after its place.
my $APACHE_TARGET = qr{\Aproxy:[a-z]+://[^/]*(/.*)}s;

my $buffer = '';    # what came last; used again and again

# Receive at most so many bytes into the buffer, and return how many; 0 at the end.
sub receive {
    my ($connection, $size) = @_;
    while (1) {
        my $got = sysread $connection, $buffer, $size // PIECE;
        return $got if defined $got;
        if ($! == EAGAIN) {
            $connection->blocking(1);
        }
        elsif ($! != EINTR) {
            Carpool::PeerGone->raise;
        }
    }
}

# The same, but return it.
sub received {
    my ($connection, $size) = @_;
    return receive($connection, $size) ? $buffer : '';
}

# Return the environment of the request, and its body if that is still to be received; nothing if
# the peer closed at once.
sub read {
    my ($connection) = @_;
    receive($connection) or return;
    while (length $buffer < 7 && $buffer =~ /\A[0-9]+\z/) {
        gather($connection, 1 + length $buffer);
    }
    $buffer =~ /\A([0-9]{1,6}):/ or Carpool::BadRequest->raise('it does not begin with a netstring');
    my ($size, $start) = ($1, 1 + length $1);
    Carpool::BadRequest->raise('its header is larger than ' . MAX_HEADER . ' bytes') if $size > MAX_HEADER;
    my $finish = $start + $size;
    gather($connection, $finish + 1) if length $buffer <= $finish;

    my @fields = split /\0/, substr($buffer, $start, $size), -1;
    if (@fields % 2 == 0 || pop @fields ne '' || !@fields || $fields[0] ne 'CONTENT_LENGTH' || substr($buffer, $finish, 1) ne ',') {
        Carpool::BadRequest->raise('its header is not pairs of names and values, CONTENT_LENGTH first');
    }
    $fields[1] =~ /\A[0-9]{1,15}\z/ or Carpool::BadRequest->raise('its CONTENT_LENGTH is not a number');
    my %env = (%USUAL, @fields, 'psgix.cleanup.handlers' => []);
    return (\%env, input($connection, \%env, $finish + 1));
}

# Give the environment its input, and return that if it is still to be received.
sub input {
    my ($connection, $env, $start) = @_;
    my $data = substr $buffer, $start;
    my $size = $env->{CONTENT_LENGTH};
    my $body;
    if (length $data < $size) {
        $env->{'psgi.input'} = $body = Carpool::Body->new($connection, $data, $size);
    }
    else {
        substr $data, $size, length $data, '' if length $data > $size;
        open $env->{'psgi.input'}, '<', \$data or die "the body cannot be read: $!\n";
    }
    complete($env);
    return $body;
}

# Receive until there are so many bytes in the buffer, or more, but not for ever.
sub gather {
    my ($connection, $size) = @_;
    my $data   = $buffer;
    my $finish = clock_gettime(CLOCK_MONOTONIC) + HEADER_SECONDS;
    while (length $data < $size) {
        readable($connection, $finish)
            or Carpool::BadRequest->raise('its header was not complete after ' . HEADER_SECONDS . ' s');
        receive($connection) or Carpool::BadRequest->raise('it ends in the middle of its header');
        $data .= $buffer;
    }
    $buffer = $data;
    return;
}

# Wait until there is something to receive; false if nothing came until then.
sub readable {
    my ($connection, $finish) = @_;
    while ((my $left = $finish - clock_gettime(CLOCK_MONOTONIC)) > 0) {
        vec(my $wanted = '', fileno $connection, 1) = 1;
        my $ready = select $wanted, undef, undef, $left;
        return $ready if $ready >= 0;    # else it was a signal
    }
    return;
}

# Make a PSGI environment of the names and values that came.
sub complete {
    my ($env) = @_;
    derive_path($env) unless defined $env->{PATH_INFO};
    $env->{SCRIPT_NAME} = '' if $env->{SCRIPT_NAME} eq '/';
    $env->{PATH_INFO} = '/' if $env->{PATH_INFO} eq '' && $env->{SCRIPT_NAME} eq '';
    $env->{$_} eq '' and $env->{$_} = $REQUIRED{$_} for keys %REQUIRED;
    delete @$env{qw(HTTP_CONTENT_LENGTH HTTP_CONTENT_TYPE)};
    $env->{REQUEST_URI} //= request_uri($env);
    my $https  = $env->{HTTPS} // '';
    my $secure = ($env->{REQUEST_SCHEME} // '') eq 'https' || $https eq 'on' || $https eq '1';
    $env->{'psgi.url_scheme'} = $secure ? 'https' : 'http';
    return;
}

# Set PATH_INFO for a web server that sends none, as stock nginx and Apache do.
sub derive_path {
    my ($env) = @_;
    my $script = $env->{SCRIPT_NAME};
    my $path   = $env->{DOCUMENT_URI};    # nginx has decoded it
    if (!defined $path) {
        if (($env->{SCRIPT_FILENAME} // '') =~ $APACHE_TARGET) {
            @$env{qw(SCRIPT_NAME PATH_INFO)} = split_path($script, $1);
            return;
        }
        ($path) = split /\?/, $env->{REQUEST_URI} // '/', 2;
        $path //= '';
        $path =~ s{\A[a-z]+://[^/]*}{};
        $path = decode($path);
    }
    $env->{SCRIPT_NAME} = $script = '' if $path eq $script;    # the whole path is said here
    substr $path, 0, length $script, '' if $script ne '' && index("$path/", "$script/") == 0;
    $env->{PATH_INFO} = $path;
    return;
}

# Split a path that Apache has checked and decoded by the part of it that ProxyPass passes on.
#
# REQUEST_URI is no help: it may have //, /./ and /../ that Apache has resolved.
sub split_path {
    my ($whole, $target) = @_;
    for my $path (decode($target), $target) {
        my $place = length($whole) - length $path;
        return (substr($whole, 0, $place), $path) if $place >= 0 && substr($whole, $place) eq $path;
    }
    return $target eq '/' ? ($whole, '') : ('', $whole);    # the very place that ProxyPass names
}

# Decode percent escapes.
sub decode {
    my ($path) = @_;
    $path =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    return $path;
}

# What a web server that sends no REQUEST_URI may have been asked.
sub request_uri {
    my ($env) = @_;
    my $path = $env->{SCRIPT_NAME} . $env->{PATH_INFO};
    $path =~ s{([^A-Za-z0-9\-._~!\$&'()*+,;=:\@/])}{sprintf '%%%02X', ord $1}ge;
    return $env->{QUERY_STRING} eq '' ? $path : "$path?$env->{QUERY_STRING}";
}

# Receive what nobody read, so that closing does not take the response away from the peer.
sub drain {
    my ($connection, $left) = @_;
    $left = MAX_DRAIN if $left > MAX_DRAIN;
    my $finish = clock_gettime(CLOCK_MONOTONIC) + DRAIN_SECONDS;
    eval {
        while ($left > 0 && readable($connection, $finish)) {
            $left -= receive($connection, $left < PIECE ? $left : PIECE) || last;
        }
    };
    return;
}

1;
