package Carpool::Kernel;

use strict;
use warnings;
use Errno qw(EINVAL);
use POSIX ();

# What Perl's core has no function for, asked of the kernel by number: descriptors that ride on a
# message, a file in memory, a file for a process, the kernel's own copying.

# The numbers of the system calls. Those that a processor has no column for are done without.
my %NUMBERS = (
    x86_64 => {
        recvmsg => 47, sendfile => 40, pwrite => 18, memfd_create => 319,
    },
    aarch64 => {
        recvmsg => 212, sendfile => 71, pwrite => 68, memfd_create => 279,
    },
);
my $PIDFD_OPEN = 434;    # the same everywhere, as the next
my $PIDFD_SEND_SIGNAL = 424;

use constant {
    CLOSE_ON_EXEC => 0x40000000,    # MSG_CMSG_CLOEXEC
    CONTROL       => 24,            # bytes for two descriptors: the kernel closes any other
    CONTROL_AT    => 40,            # where a msghdr says how many there are
};

my $calls = length(pack 'p', '') == 8 ? $NUMBERS{ (POSIX::uname())[4] } || {} : {};

# The buffers of receive(): the kernel knows them by address, so nothing is ever assigned to them.
my ($frame, $control) = ("\0" x 8, "\0" x CONTROL);
vec($_, 0, 8) = 0 for $frame, $control;    # each gets memory of its own
my $vector  = pack 'P Q',           $frame,  8;
my $message = pack 'x16 P Q P Q x8', $vector, 1, $control, CONTROL;

# Whether receive() can be had: of the kernel, or of a module.
sub can_receive {
    return $calls->{recvmsg} || eval { require Socket::MsgHdr };
}

# Receive at most 8 bytes, and the numbers of the descriptors that ride on them, which are closed
# on exec. Nothing and no error is the end.
sub receive {
    my ($socket) = @_;
    return receive_by_module($socket) unless $calls->{recvmsg};
    substr $message, CONTROL_AT, 8, pack 'Q', CONTROL;
    my $got = syscall $calls->{recvmsg}, fileno($socket), $message, CLOSE_ON_EXEC;
    return if $got < 0;
    my $length = unpack 'Q', substr $message, CONTROL_AT, 8;
    $length = unpack 'Q', $control if $length;
    return (substr($frame, 0, $got), $length > 16 ? unpack 'l*', substr $control, 16, $length - 16 : ());
}

# The same, where the number of the system call is not known.
sub receive_by_module {
    my ($socket) = @_;
    my $header = Socket::MsgHdr->new(buflen => 8, controllen => CONTROL);
    my $got    = Socket::MsgHdr::recvmsg($socket, $header, CLOSE_ON_EXEC);
    return unless defined $got;
    my (undef, undef, $data) = $header->cmsghdr;
    return ($header->buf, defined $data ? unpack 'l*', $data : ());
}

# Write to a place in a file; without an effect where that is not known.
sub write_at {
    my ($number, $text, $place) = @_;
    return syscall $calls->{pwrite}, $number, $text, length $text, $place;
}

# Return a file of memory with a name, closed on exec; undef if there is none.
sub memory_file {
    my ($name, $size) = @_;
    return unless $calls->{memfd_create} && $calls->{pwrite};
    my $number = syscall $calls->{memfd_create}, $name, 1;
    return if $number < 0;
    open my $file, '+<&=', $number or return;
    truncate $file, $size or return;
    return $file;
}

# Return the number of a file that stands for a process, closed on exec, which becomes readable when
# that has ended; undef if there is none.
sub process_file {
    my ($pid) = @_;
    my $number = syscall $PIDFD_OPEN, $pid + 0, 0;
    return $number < 0 ? undef : $number;
}

# Send a signal to the process of such a file, and no other that may have its pid by now.
sub signal {
    my ($number, $signal) = @_;
    return syscall $PIDFD_SEND_SIGNAL, $number, $signal + 0, 0, 0;
}

# Have the kernel copy so much of a file to a socket, from where the file is; returns how many bytes, or undef.
sub send_file {
    my ($socket, $file, $size) = @_;
    if (!$calls->{sendfile}) {
        $! = EINVAL;    # as for files that it cannot copy
        return;
    }
    my $sent = syscall $calls->{sendfile}, fileno($socket), fileno($file), 0, $size + 0;
    return $sent < 0 ? undef : $sent;
}

1;
