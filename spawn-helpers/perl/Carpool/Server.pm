package Carpool::Server;

use strict;
use warnings;
use Carpool::Answer;
use Carpool::Board;
use Carpool::Line;
use Carpool::Request;
use Carpool::Response;
use POSIX ();
use Scalar::Util qw(blessed);

# Serves connections until the server says STOP or is gone, one at a time.

# The request that the application is serving.
our $serving;

sub new {
    my ($class, $line, $application) = @_;
    return bless { line => $line, application => $application, board => Carpool::Board->new }, $class;
}

# Serve; where that fails, end the process: a place that is lost would be lost for good.
sub run {
    my ($self) = @_;
    Carpool::Line::say($self->{line}, 'R', 1, 'trace=' . Carpool::Board::TRACE);
    return if eval { $self->serve; 1 };
    Carpool::Board::log("carpool: this process cannot go on: $@");    # the application closed our descriptors, for example
    POSIX::_exit(70);
}

sub serve {
    my ($self) = @_;
    while (my ($number, $descriptor) = $self->next_connection) {
        if (!defined $descriptor) {    # it did not get through: too many files are open
            Carpool::Line::done($self->{line}, $number, 0);
            next;
        }
        open my $connection, '+<&=', $descriptor or die "a connection cannot be used: $!\n";
        my $response = $self->exchange($connection, $number);
        Carpool::Line::done($self->{line}, $number, $response->whole);
        shutdown $connection, 1 unless $response->whole && defined $response->length;    # the server may hold a copy
        close $connection;
    }
    return;
}

# The session's number and its connection; nothing when there will be none.
sub next_connection {
    my ($self) = @_;
    my ($frame, $descriptor) = Carpool::Line::receive_frame($self->{line});
    my $kind = substr $frame, 0, 1;
    return (substr($frame, 4), $descriptor) if $kind eq 'S';
    Carpool::Line::unknown($frame) unless $kind eq 'Q' || $kind eq '';
    return;
}

# Serve one request and return the response. Closing is left to the caller.
sub exchange {
    my ($self, $connection, $number) = @_;
    my ($env, $body, $response);
    my $done = eval {
        ($env, $body) = Carpool::Request::read($connection);
        $response = Carpool::Response->new($connection, $env && $env->{REQUEST_METHOD} eq 'HEAD');
        if ($env) {
            $self->{board}->write($number, $env);
            $serving = "$env->{REQUEST_METHOD} $env->{PATH_INFO}";
            Carpool::Answer::answer($response, $self->{application}, $env);
        }
        else {
            $response->none;
        }
        1;
    };
    my $error = $@;
    clean_up($env) if $env;
    $serving = undef;
    if (!$done) {
        $response //= Carpool::Response->new($connection);
        refuse($connection, $response, $error);
    }
    if ($body) {
        Carpool::Request::drain($connection, $body->left);
        $body->finish;
    }
    $response->finish;
    return $response;
}

# End what could not be served: the peer is gone, or has sent no request.
sub refuse {
    my ($connection, $response, $error) = @_;
    die $error unless blessed $error && $error->isa('Carpool::PeerGone');
    return unless $error->isa('Carpool::BadRequest');
    chomp(my $text = "$error");
    Carpool::Board::log("carpool: a request was refused: $text");
    $response->page(400, "This is not an SCGI request: $text.");
    Carpool::Request::drain($connection, Carpool::Request::MAX_DRAIN);
    return;
}

# Call what the application wants called when its response is out; until then its place is taken.
sub clean_up {
    my ($env) = @_;
    for my $handler (@{ $env->{'psgix.cleanup.handlers'} || [] }) {
        eval { $handler->($env); 1 } or Carpool::Board::log('carpool: a cleanup handler failed: ' . Carpool::Board::describe($@));
    }
    return;
}

1;
