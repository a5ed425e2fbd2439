package HelperProcess;

use strict;
use warnings;
use Exchange ();
use Fcntl qw(F_SETFD);
use FindBin;
use POSIX ();
use Socket;

# The server's part, played by the tests: a helper process and what is said to it.

my $SENDMSG = { x86_64 => 46, aarch64 => 211 }->{ (POSIX::uname())[4] };
my $PROGRAM = "$FindBin::Bin/../carpool_psgi.pl";

our $APPS = "$FindBin::Bin/apps";

# Start one, in a folder.
sub new {
    my ($class, $root, $entry, %settings) = @_;
    socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, 0 or die $!;
    open my $output, '+>', undef or die $!;
    my $pid = fork // die $!;
    if (!$pid) {
        setpgrp;
        open STDIN,  '<&', $theirs or die $!;
        open STDOUT, '>&', $output or die $!;
        open STDERR, '>&', $output or die $!;
        POSIX::close($_) for 3 .. 1023;
        chdir $root or die $!;
        %ENV = (PATH => $ENV{PATH}, CARPOOL_APP => 'test', CARPOOL_ENTRY => $entry, %settings);
        exec $^X, $PROGRAM or die $!;
    }
    return bless { line => $ours, pid => $pid, output => $output, served => 0, parent => $$ }, $class;
}

# Start one that is ready.
sub ready {
    my $self = new(@_);
    my $last = ($self->start)[-1];
    die "it did not start: @$last " . $self->log unless $last->[0] =~ /[RL]/;
    return $self;
}

sub DESTROY {
    my ($self) = @_;
    return if $self->{parent} != $$;
    local $?;
    kill KILL => $self->{pid};
    waitpid $self->{pid}, 0;
    return;
}

sub line { return $_[0]{line} }
sub pid  { return $_[0]{pid} }

sub log {
    my ($self) = @_;
    seek $self->{output}, 0, 0;
    local $/;
    return readline($self->{output}) // '';
}

# Receive a frame: its type, its number, its payload; nothing at the end of the line.
sub frame {
    my ($self, $line) = @_;
    $line //= $self->{line};
    (read $line, my $head, 8) == 8 or return;
    my ($first, $number) = unpack 'N N', $head;
    my $payload = '';
    read $line, $payload, $first & 0xffffff;
    return [ chr $first >> 24, $number, $payload ];
}

# Receive frames until the start has succeeded or failed.
sub start {
    my ($self) = @_;
    my @frames = $self->frame;
    push @frames, $self->frame while $frames[-1][0] eq 'P';
    return @frames;
}

# Send a frame with descriptors.
sub send {
    my ($self, $kind, $number, @handles) = @_;
    my $frame   = pack 'a x3 N', $kind, $number;
    my $data    = pack 'l*', map { fileno $_ } @handles;
    my $control = @handles ? pack('Q l l', 16 + length $data, SOL_SOCKET, 1) . $data . ("\0" x (-length($data) % 8)) : '';
    my $vector  = pack 'P Q', $frame, length $frame;
    my $message = pack 'x16 P Q P Q x8', $vector, 1, $control, length $control;
    die "it was not sent: $!" if syscall($SENDMSG, fileno $self->{line}, $message, 0) != 8;
    return;
}

# Begin a session: our end of its connection, on which a request was sent.
sub open {
    my ($self, $path, $body, %fields) = @_;
    socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, 0 or die $!;
    $self->send('S', ++$self->{served}, $theirs);
    syswrite $ours, Exchange::scgi($body // '', DOCUMENT_URI => $path, %fields);
    return $ours;
}

# Serve one whole request: the response's body.
sub get {
    my ($self, @request) = @_;
    my $connection = $self->open(@request);
    my $answer     = do { local $/; readline($connection) // '' };
    my $frame      = $self->frame;
    die 'not DONE' unless $frame && $frame->[0] eq 'D' && $frame->[1] == $self->{served};
    return $answer =~ s/\A.*?\r\n\r\n//sr;
}

# Wait for its end: the status.
sub wait {
    my ($self) = @_;
    waitpid $self->{pid}, 0;
    return $? & 127 ? 128 + ($? & 127) : $? >> 8;
}

1;
