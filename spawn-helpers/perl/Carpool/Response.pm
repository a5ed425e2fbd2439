package Carpool::Response;

use strict;
use warnings;
use Carpool::Board;
use Carpool::Kernel;
use Carpool::Request;
use Errno        qw(EAGAIN EINTR EINVAL);
use Scalar::Util qw(reftype);
use Socket       qw(MSG_NOSIGNAL SOL_SOCKET);

# The response, in CGI form on a connection.

use constant {
    SO_PRIORITY => 12,
    ANSWERING   => 1,            # the mark on a connection: nobody else may answer from here on
    PIECE       => 64 * 1024,
    SENT_APART  => 256 * 1024,   # a piece so large is not copied to its header
};

my %REASONS = (
    200 => 'OK', 201 => 'Created', 202 => 'Accepted', 203 => 'Non-Authoritative Information', 204 => 'No Content',
    205 => 'Reset Content', 206 => 'Partial Content', 207 => 'Multi-Status',
    300 => 'Multiple Choices', 301 => 'Moved Permanently', 302 => 'Found', 303 => 'See Other', 304 => 'Not Modified',
    307 => 'Temporary Redirect', 308 => 'Permanent Redirect',
    400 => 'Bad Request', 401 => 'Unauthorized', 402 => 'Payment Required', 403 => 'Forbidden', 404 => 'Not Found',
    405 => 'Method Not Allowed', 406 => 'Not Acceptable', 408 => 'Request Timeout', 409 => 'Conflict', 410 => 'Gone',
    411 => 'Length Required', 412 => 'Precondition Failed', 413 => 'Content Too Large', 414 => 'URI Too Long',
    415 => 'Unsupported Media Type', 416 => 'Range Not Satisfiable', 417 => 'Expectation Failed', 418 => "I'm a teapot",
    422 => 'Unprocessable Content', 423 => 'Locked', 425 => 'Too Early', 426 => 'Upgrade Required',
    428 => 'Precondition Required', 429 => 'Too Many Requests', 431 => 'Request Header Fields Too Large',
    451 => 'Unavailable For Legal Reasons',
    500 => 'Internal Server Error', 501 => 'Not Implemented', 502 => 'Bad Gateway', 503 => 'Service Unavailable',
    504 => 'Gateway Timeout', 507 => 'Insufficient Storage',
);

sub new {
    my ($class, $connection, $head_only) = @_;
    return bless { connection => $connection, head_only => $head_only, left => 0 }, $class;
}

# Whether all is sent, whether any of it is, and how much the header says that it is; undef if it does not.
sub whole  { return $_[0]{whole} }
sub sent   { return $_[0]{sent} }
sub length { return $_[0]{length} }

# Whether a body is not wanted, or is cut by now.
sub mute { return $_[0]{mute} }

# Take status and headers, and check them.
sub start {
    my ($self, $answer) = @_;
    die 'this is no response: ', defined $answer ? $answer : 'undef', "\n" unless (reftype $answer // '') eq 'ARRAY';
    my ($status, $headers) = @$answer;
    die 'this is not a status: ', $status // 'undef', "\n" unless ($status // '') =~ /\A[1-9][0-9]{2}\z/a;
    die "the headers are no array\n" unless (reftype $headers // '') eq 'ARRAY';

    $self->{length} = undef;
    my $head = "Status: $status " . ($REASONS{$status} // 'Status') . "\r\n";
    for (my $at = 0; $at < @$headers; $at += 2) {
        $head .= $self->header_line($headers->[$at], $headers->[ $at + 1 ] // '');
    }
    $self->{head}     = "$head\r\n";
    $self->{left}     = $self->{length} // 0;
    $self->{bodiless} = $status == 204 || $status == 304;
    $self->{mute}     = $self->{head_only} || $self->{bodiless};
    return;
}

sub header_line {
    my ($self, $name, $value) = @_;
    my $known = lc $name;
    if ($known eq 'content-length') {
        die "this is not a Content-Length: $value\n" unless $value =~ /\A[0-9]{1,15}\z/a;
        $self->{length} = $value + 0;
    }
    return '' if $known eq 'status';    # it would be taken for the real one
    my $line = "$name: $value";
    utf8::downgrade($line, 1)  or die "a header has a character that is no byte: $name\n";
    $line =~ /[\x00-\x1f\x7f]/ and die "a header has a control character: $name\n";
    return "$line\r\n";
}

# A piece of the body as bytes.
sub bytes {
    my ($data) = @_;
    return '' unless defined $data;
    if (utf8::is_utf8($data)) {
        utf8::downgrade($data, 1) or die "the body has a character that is no byte: encode it, as with Encode::encode_utf8\n";
    }
    return $data;
}

# Send a piece of the body, after the header if that has not been sent.
sub write {
    my ($self, $data) = @_;
    $data = $self->clip(bytes($data));
    if ($self->{sent}) {
        $self->send_all($data);
        return;
    }
    $self->{sent} = 1;
    $self->{connection} && setsockopt $self->{connection}, SOL_SOCKET, SO_PRIORITY, ANSWERING or $self->peer_gone;
    if (CORE::length $data < SENT_APART) {
        $self->send_all($self->{head} . $data);
    }
    else {
        $self->send_all($self->{head});
        $self->send_all($data);
    }
    return;
}

# What of a piece still fits into the length.
sub clip {
    my ($self, $data) = @_;
    return '' if $self->{mute};
    return $data unless defined $self->{length};
    if (CORE::length $data > $self->{left}) {
        Carpool::Board::log('carpool: the response is longer than its Content-Length, and was cut');
        $data = substr $data, 0, $self->{left};
        $self->{mute} = 1;
    }
    $self->{left} -= CORE::length $data;
    return $data;
}

# Say how long the body is, unless the application did.
sub declare {
    my ($self, $length) = @_;
    return if $self->{bodiless} || defined $self->{length};
    substr $self->{head}, -2, 0, "Content-Length: $length\r\n";
    $self->{length} = $self->{left} = $length;
    return;
}

# Have the kernel send so much of a file as the body.
sub write_file {
    my ($self, $file, $size) = @_;
    $self->write('');
    return if $self->{mute};
    $size = $self->{left} if defined $self->{length} && $size > $self->{left};
    while ($size) {
        my $sent = Carpool::Kernel::send_file($self->{connection}, $file, $size);
        if (!defined $sent) {
            next if $! == EINTR;
            if ($! == EAGAIN) {
                $self->{connection}->blocking(1);
                next;
            }
            $self->peer_gone unless $! == EINVAL;
            $sent = sysread $file, my $data, $size < PIECE ? $size : PIECE;    # a file of another kind
            $self->send_all($data) if $sent;
        }
        last unless $sent;    # the file has become shorter
        $size         -= $sent;
        $self->{left} -= $sent;
    }
    return;
}

sub send_all {
    my ($self, $data) = @_;
    my $connection = $self->{connection} or die "the request is over\n";
    while (CORE::length $data) {
        my $sent = send $connection, $data, MSG_NOSIGNAL;
        if (defined $sent) {
            return if $sent == CORE::length $data;
            substr $data, 0, $sent, '';
        }
        elsif ($! == EAGAIN) {
            $connection->blocking(1);
        }
        elsif ($! != EINTR) {
            $self->peer_gone;
        }
    }
    return;
}

# The response stays short, even if the application does not mind.
sub peer_gone {
    my ($self) = @_;
    $self->{short} = 1;
    Carpool::PeerGone->raise;
}

# All of the body was given: send the header if nothing came, and see whether it is whole.
sub end {
    my ($self) = @_;
    return if $self->{whole} || $self->{short};
    $self->write('') unless $self->{sent};
    if ($self->{left} > 0 && !$self->{mute}) {
        Carpool::Board::log("carpool: the response is $self->{left} bytes shorter than its Content-Length");
        $self->{short} = 1;
        return;
    }
    $self->{whole} = 1;
    return;
}

# Answer with a short text instead of what the application began.
sub page {
    my ($self, $status, $text) = @_;
    eval {
        my $data = "$status $REASONS{$status}\n\n$text\n";
        $self->start([ $status, [ 'Content-Type' => 'text/plain; charset=utf-8', 'Content-Length' => CORE::length $data ] ]);
        $self->write($data);
        $self->end;
    };
    return;
}

# There was no request, so there is no response.
sub none { $_[0]{whole} = 1; return }

# Let nobody who kept this reach the next connection.
sub finish { delete $_[0]{connection}; return }

1;
