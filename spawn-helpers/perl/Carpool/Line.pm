package Carpool::Line;

use strict;
use warnings;
use Carpool::Kernel;
use Errno qw(EINTR ECONNRESET);
use POSIX  ();
use Socket qw(MSG_NOSIGNAL);

# The line to the server: the frames of ../../CONTRACT.md, and the end of it.

use constant {
    FRAME_SIZE  => 8,
    MAX_PAYLOAD => 65_536,
    MAX_STEP    => 200,
};

# Take the line away from descriptor 0, where /dev/null is put, and return it.
sub open {
    unless (-S STDIN) {
        print STDERR "carpool_psgi.pl is started by Carpool: descriptor 0 is not its line\n";
        exit 1;
    }
    CORE::open my $line, '+<&', \*STDIN or die "the line cannot be moved: $!\n";    # close-on-exec, as all
    CORE::open STDIN, '<', '/dev/null' or die "/dev/null cannot be opened: $!\n";
    return $line;
}

# Send one frame.
sub say {
    my ($line, $kind, $number, $text, $limit) = @_;
    my $payload = payload($text // '', $limit // MAX_PAYLOAD);
    send_all($line, pack('NN', ord($kind) << 24 | length $payload, $number) . $payload);
    return;
}

# A text in UTF-8, without half a character at its end.
sub payload {
    my ($text, $limit) = @_;
    my $is_utf8 = utf8::is_utf8($text);
    if (!$is_utf8) {
        my $copy = $text;
        $is_utf8 = utf8::decode($copy);    # bytes, which may be characters already
    }
    utf8::encode($text) if utf8::is_utf8($text) || !$is_utf8;
    return $text if length $text <= $limit;
    $text = substr $text, 0, $limit;
    $text =~ s/(?:[\xc0-\xff]|[\xe0-\xff][\x80-\xbf]|[\xf0-\xff][\x80-\xbf]{2})\z//;
    return $text;
}

# Say that a place is free. The peer has not seen the end of the connection yet.
sub done {
    my ($line, $number, $whole) = @_;
    send_all($line, "D\0\0\1$number" . ($whole ? "\0" : "\1"));
    return;
}

# If the server is gone, which the next receive_frame() tells, this has no effect.
sub send_all {
    my ($line, $data) = @_;
    while (length $data) {
        my $sent = send $line, $data, MSG_NOSIGNAL;
        if (defined $sent) {
            substr $data, 0, $sent, '';
        }
        elsif ($! != EINTR) {
            return;
        }
    }
    return;
}

# Return the next frame, '' at the end of the line, and the numbers of its descriptors.
sub receive_frame {
    my ($line) = @_;
    my ($frame, @descriptors);
    while (1) {
        ($frame, @descriptors) = Carpool::Kernel::receive($line);
        last if defined $frame;
        return '' if $! == ECONNRESET;
        die "the line cannot be read: $!\n" if $! != EINTR;
    }
    while (length $frame && length $frame < FRAME_SIZE) {
        my $piece;
        if (!defined recv $line, $piece, FRAME_SIZE - length $frame, 0) {
            next if $! == EINTR;
            $piece = '';
        }
        return ('', @descriptors) if $piece eq '';
        $frame .= $piece;
    }
    return ($frame, @descriptors);
}

# End for a frame that nobody knows.
sub unknown {
    my ($frame) = @_;
    my $shown = join ' ', map { sprintf '%02x', $_ } unpack 'C*', $frame;
    syswrite STDERR, "carpool: the server sent an unknown frame: $shown\n";
    POSIX::_exit(70);
}

1;
