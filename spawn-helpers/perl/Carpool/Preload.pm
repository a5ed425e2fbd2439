package Carpool::Preload;

use strict;
use warnings;
use Carpool::Board;
use Carpool::Kernel;
use Carpool::Line;
use Errno qw(EINTR);
use POSIX ();
use Socket qw(AF_INET AF_INET6 inet_ntop sockaddr_family unpack_sockaddr_in unpack_sockaddr_in6 unpack_sockaddr_un);

# The preloader: a process that has loaded the application, and forks those that serve it.
#
# A forked process shares the memory of all that was loaded until one of them writes to it, and is
# ready in a few milliseconds. What does not survive a fork is warned about.

use constant REAP_SECONDS => 0.1;    # between looks for ended children where they have no files

sub new {
    my ($class, $line) = @_;
    return bless { line => $line, children => {} }, $class;    # by pid: the server's number, the file
}

# Return the line of a forked process, in that process. In the preloader, return nothing.
sub run {
    my ($self) = @_;
    local $SIG{CHLD} = 'DEFAULT';    # whoever ends is looked for here
    Carpool::Line::say($self->{line}, 'L', 0);
    while (1) {
        my $asked = $self->wait;
        $self->reap;
        next unless $asked;
        my ($frame, @descriptors) = Carpool::Line::receive_frame($self->{line});
        my $kind = substr $frame, 0, 1;
        if ($kind eq 'K') {
            my $line = $self->fork_one(unpack('x4 N', $frame), @descriptors);
            return $line if $line;
        }
        elsif ($kind eq 'Q' || $kind eq '') {
            return;
        }
        else {
            Carpool::Line::unknown($frame);
        }
    }
}

# Wait until a child has ended or something is on the line; true for the latter.
sub wait {
    my ($self)  = @_;
    my $line    = fileno $self->{line};
    my $wanted  = '';
    my $timeout = undef;
    vec($wanted, $line, 1) = 1;
    for my $child (values %{ $self->{children} }) {
        if (defined $child->{file}) {
            vec($wanted, $child->{file}, 1) = 1;
        }
        else {
            $timeout = REAP_SECONDS;
        }
    }
    my $ready = select $wanted, undef, undef, $timeout;
    die "the preloader cannot wait: $!\n" if $ready < 0 && $! != EINTR;
    return $ready > 0 && vec $wanted, $line, 1;
}

# Tell how children ended.
sub reap {
    my ($self) = @_;
    for my $pid (keys %{ $self->{children} }) {
        next unless waitpid $pid, POSIX::WNOHANG();
        my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
        my $child  = delete $self->{children}{$pid};
        POSIX::close($child->{file}) if defined $child->{file};
        Carpool::Line::say($self->{line}, 'X', $child->{number}, $status);
    }
    return;
}

# Fork one process, and return its line in it.
sub fork_one {
    my ($self, $number, @descriptors) = @_;
    if (@descriptors < 2) {    # they did not get through: too many files are open
        POSIX::close($_) for @descriptors;
        Carpool::Line::say($self->{line}, 'F', $number, 'the preloader has too many files open');
        return;
    }
    my $pid = fork;
    if (!defined $pid) {
        Carpool::Line::say($self->{line}, 'F', $number, "the preloader cannot fork: $!");
    }
    elsif ($pid == 0) {
        return $self->become_child(@descriptors);
    }
    else {
        $self->{children}{$pid} = { number => $number, file => Carpool::Kernel::process_file($pid) };
        Carpool::Line::say($self->{line}, 'K', $number, $pid);
    }
    POSIX::close($_) for @descriptors;
    return;
}

# Let go of what is the preloader's.
sub become_child {
    my ($self, $line, $output) = @_;
    POSIX::setsid();
    close $self->{line};
    defined $_->{file} and POSIX::close($_->{file}) for values %{ $self->{children} };
    POSIX::dup2($output, $_) for 1, 2;
    POSIX::close($output);
    srand;    # else all would draw the same numbers
    open my $socket, '+<&=', $line or die "the line of a forked process cannot be used: $!\n";
    return $socket;
}

my $CURE = 'in a function that you give to Carpool::after_fork, or set spawn = "direct"';

# Say what the application has that its forked processes will not, or will share.
sub warn_of_fork {
    my ($line) = @_;
    if ($INC{'threads.pm'} && (my @threads = threads->list)) {
        Carpool::Board::log('carpool: the application started threads while it was loaded, which forked processes do '
                . 'not have (' . @threads . "): start them $CURE");
    }
    for my $peer (connections(fileno $line)) {
        Carpool::Board::log("carpool: the application opened a connection to $peer while it was loaded, which all "
                . "forked processes share: open it $CURE");
    }
    return;
}

# The peers of all connected sockets but the line.
sub connections {
    my ($line) = @_;
    opendir my $folder, '/proc/self/fd' or return;
    my @peers;
    for my $number (sort { $a <=> $b } grep { /\A[0-9]+\z/ && $_ != $line } readdir $folder) {
        next unless -S "/proc/self/fd/$number";
        open my $socket, '+<&', $number or next;    # a copy: closing it leaves the application's open
        my $address = getpeername $socket;
        push @peers, peer($address) if defined $address;
    }
    return @peers;
}

# Say in words whose an address is.
sub peer {
    my ($address) = @_;
    my $family = sockaddr_family($address);
    if ($family == AF_INET || $family == AF_INET6) {
        my ($port, $host) = $family == AF_INET ? unpack_sockaddr_in($address) : unpack_sockaddr_in6($address);
        return inet_ntop($family, $host) . " port $port";
    }
    my $path = length $address > 2 ? unpack_sockaddr_un($address) : '';
    return $path eq '' ? 'a Unix socket' : "a Unix socket $path";
}

1;
