package Exchange;

use strict;
use warnings;
use Carpool::Server;
use Exporter 'import';
use POSIX ();
use Socket;

# One exchange with an application in this process, as the helper has them.

our @EXPORT = qw(exchange scgi logged);

my $log = '';

# What was printed to standard error since the last look.
sub logged {
    my $text = $log;
    $log = '';
    return $text;
}

# A request in SCGI.
sub scgi {
    my ($body, %fields) = @_;
    my %all  = (SCGI => 1, REQUEST_METHOD => 'GET', QUERY_STRING => '', %fields);
    my $head = "CONTENT_LENGTH\0" . length($body) . "\0" . join '', map {"$_\0$all{$_}\0"} sort keys %all;
    return length($head) . ":$head,$body";
}

# Have an application answer a request: the response's header and body, and whether it is whole.
sub exchange {
    my ($application, $body, %fields) = @_;
    socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, 0 or die $!;
    my $gone = delete $fields{gone};    # whether the peer leaves at once
    my $sent = delete $fields{sent} // scgi($body // '', DOCUMENT_URI => '/', %fields);
    my $pid = fork // die $!;
    if (!$pid) {    # the peer: a large request fits in no socket
        close $theirs;
        syswrite $ours, $sent;
        shutdown $ours, 1;
        sleep 60 unless $gone;
        POSIX::_exit(0);
    }
    close $ours and waitpid $pid, 0 if $gone;
    my $server = Carpool::Server->new(undef, $application);
    open my $kept, '>&', \*STDERR or die $!;
    open my $printed, '+>', undef or die $!;
    open STDERR, '>&', $printed or die $!;
    my $response = $server->exchange($theirs, "\0\0\0\1");
    open STDERR, '>&', $kept or die $!;
    seek $printed, 0, 0;
    $log .= do { local $/; readline($printed) // '' };
    kill KILL => $pid;
    waitpid $pid, 0;
    close $theirs;
    my $answer = $gone ? '' : do { local $/; readline($ours) // '' };
    my ($head, $text) = split /\r\n\r\n/, $answer, 2;
    return ($head // '', $text // '', $response->whole ? 1 : 0);
}

1;
