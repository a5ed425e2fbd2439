package Carpool::Watch;

use strict;
use warnings;
use Carpool::Board;
use Carpool::Kernel;
use Errno   qw(EINTR);
use IO::Poll qw(POLLIN);
use POSIX ();

# The watch: a process that ends this one when the server is gone, whatever it does.
#
# Perl has no thread for that which costs little, and calls what handles a signal only between two of
# its own steps: not while it waits in a library in C, sleeps by Time::HiRes or is lost in a regular
# expression. So a grandchild, which shares all of its memory, waits for the end of the line or of
# this process. It is a grandchild so that an application that waits for its children knows nothing.

use constant {
    LAST_SECOND => 0.6,    # of the one second that is left when the server is gone
    MERCY       => 0.2,    # what it takes at most to end in order
    LOOK        => 0.5,    # between looks for the process where it has no file
    OVER        => 60,     # the signal on which it ends: SIGRTMAX - 4, which nobody else uses
};

# Start the watch over this process. A forked one has another line, and starts its own.
sub start {
    my ($line) = @_;
    Carpool::Board::handle(OVER, 0, sub { POSIX::_exit(0) });
    my $watched = $$;
    my $file    = Carpool::Kernel::process_file($watched);
    local $SIG{CHLD} = 'DEFAULT';
    my $pid = fork // die "there can be no watch: $!\n";
    if (!$pid) {
        POSIX::_exit(0) if fork;
        eval { watch($line, $watched, $file) };
        POSIX::_exit(0);
    }
    POSIX::close($file) if defined $file;
    waitpid $pid, 0;
    return;
}

sub watch {
    my ($line, $watched, $file) = @_;
    POSIX::setsid();    # what is meant for the group of the process is not meant for its watch
    $SIG{$_} = 'DEFAULT' for qw(HUP TERM);
    $0 = "carpool: watches the line of $watched";
    close_all_but(fileno $line, $file // -1);
    my $signal = defined $file ? sub { Carpool::Kernel::signal($file, $_[0]) } : sub { kill $_[0], $watched };

    while (1) {
        my @events = (fileno $line, 0, defined $file ? ($file, POLLIN) : ());    # the end comes unasked
        my $ready  = IO::Poll::_poll(defined $file ? -1 : LOOK * 1000, @events);
        return if $ready < 0 && $! != EINTR || defined $file && $events[3] || !kill 0, $watched;
        last   if $events[1];
    }
    select undef, undef, undef, LAST_SECOND;
    $signal->(OVER);
    select undef, undef, undef, MERCY;
    $signal->(POSIX::SIGKILL());
    return;
}

# Keep nothing open that somebody waits for the end of.
sub close_all_but {
    my %kept = map { $_ => 1 } @_;
    opendir my $folder, '/proc/self/fd' or return;
    my @numbers = grep { /\A[0-9]+\z/ && !$kept{$_} } readdir $folder;
    closedir $folder;
    POSIX::close($_) for @numbers;
    return;
}

1;
