package Carpool::Answer;

use strict;
use warnings;
use Carpool::Board;
use Carpool::Response;
use POSIX        ();
use Scalar::Util qw(blessed reftype);

# What an application answers, in each of the forms that PSGI knows, given to the response.

use constant PIECE => 64 * 1024;

# Call the application and send what it answers; 500 if it fails before anything was sent.
sub answer {
    my ($response, $application, $env) = @_;
    my $pid  = $$;
    my $done = eval {
        my $answer = $application->($env);
        if ((reftype $answer // '') eq 'CODE') {
            answer_later($response, $answer);
        }
        else {
            $response->start($answer);
            send_body($response, $answer->[2]);
        }
        1;
    };
    my $error = $@;
    POSIX::_exit(0) if $$ != $pid;    # a process that the application forked, and did not end
    return if $done;
    die $error if blessed $error && $error->isa('Carpool::PeerGone');
    Carpool::Board::log("carpool: $env->{REQUEST_METHOD} $env->{PATH_INFO} failed\n" . Carpool::Board::describe($error));
    $response->page(500, 'The application failed; its log says why.') unless $response->sent;
    return;
}

# Send what a function of the application answers by the function that it is given.
sub answer_later {
    my ($response, $function) = @_;
    my $answered;
    $function->(
        sub {
            my ($answer) = @_;
            die "a second response\n" if $answered++;
            $response->start($answer);
            return Carpool::Writer->new($response) if @$answer < 3;
            send_body($response, $answer->[2]);
            return;
        }
    );
    die "the application's function gave no response\n" unless $answered;
    $response->end;
    return;
}

# Send what the application returned, each piece as soon as there is one.
sub send_body {
    my ($response, $body) = @_;
    if (ref $body eq 'ARRAY') {
        send_whole($response, $body);
    }
    elsif (ref $body) {
        my $done  = eval { send_file($response, $body) or send_pieces($response, $body); 1 };
        my $error = $@;
        eval { blessed $body ? $body->close : close $body; 1 } or $error = $done ? $@ : $error;
        die $error if $error;
    }
    else {
        die "this is no body: ${\($body // 'undef')}\n";
    }
    $response->end;
    return;
}

# Send a body that is there as a whole, and say how long it is.
sub send_whole {
    my ($response, $pieces) = @_;
    my $data = join '', map { Carpool::Response::bytes($_) } @$pieces;
    $response->declare(length $data) if length $data || !$response->mute;
    $response->write($data);
    return;
}

# Send a plain file, and say how long it is; false if it must be read as an object is.
sub send_file {
    my ($response, $file) = @_;
    return unless reftype $file eq 'GLOB' && (fileno $file // -1) >= 0 && -f $file;
    return if grep { $_ ne 'unix' && $_ ne 'perlio' } PerlIO::get_layers($file);
    my $place = tell $file;
    my $size  = (-s $file) - $place;
    return unless $size > 0 && defined sysseek $file, $place, 0;    # the kernel sends from there
    $response->declare($size);
    $response->write_file($file, $size);
    return 1;
}

# Send what an object gives piece by piece.
sub send_pieces {
    my ($response, $body) = @_;
    local $/ = \PIECE;
    while (defined(my $data = ref $body eq 'GLOB' ? readline $body : $body->getline)) {
        $response->write($data) unless $data eq '' || $response->mute && $response->sent;
    }
    return;
}

package Carpool::Writer;

# What an application writes a body to that is not there yet.
sub new {
    my ($class, $response) = @_;
    return bless { response => $response }, $class;
}

sub write {
    my ($self, $data) = @_;
    die "the response is closed\n" if $self->{closed};
    $self->{response}->write($data) unless !defined $data || $data eq '';
    return;
}

sub close {
    my ($self) = @_;
    $self->{response}->end unless $self->{closed}++;
    return;
}

1;
