package Carpool::Board;

use strict;
use warnings;
use Carpool::Kernel;
use POSIX ();
use Scalar::Util qw(refaddr);

# What this process is serving, where the server can read it while the process is stuck: a piece of
# memory, which the server finds below /proc by name. And what it is doing, printed on a signal.

use constant {
    SLOT  => 512,    # bytes: the session's number, then "METHOD path", then NULs
    TRACE => 62,     # SIGRTMAX - 2, which nobody else uses
    DEEP  => 100,    # frames of a trace
};

# The folder of this helper, whose frames no trace shows.
my ($HERE) = __FILE__ =~ m{\A(.*/)Carpool/Board\.pm\z}s;

# Make the board; where there can be none, the server names no request.
sub new {
    my ($class) = @_;
    return bless { memory => scalar Carpool::Kernel::memory_file('carpool-board', SLOT) }, $class;
}

# Say what is being served. Half a text, if the server reads just now, is no harm.
sub write {
    my ($self, $session, $env) = @_;
    my $memory = $self->{memory} or return;
    my $text   = "$session$env->{REQUEST_METHOD} $env->{PATH_INFO}\0";
    $text = substr($text, 0, SLOT - 1) . "\0" if length $text > SLOT;
    Carpool::Kernel::write_at(fileno $memory, $text, 0);
    return;
}

# Where this process is: the application's frames, innermost first, a line each.
sub trace {
    my $text = '';
    my ($file, $line);
    for my $level (0 .. DEEP) {
        my @frame = caller $level or last;
        $text .= "  from $file:$line in $frame[3]\n" if defined $file && index($file, $HERE) != 0;
        ($file, $line) = @frame[ 1, 2 ];
    }
    return $text;
}

# Have this process print on a signal what it is doing.
sub trace_on_signal {
    handle(TRACE, 1, sub { local ($!, $@); syswrite STDERR, "Thread main:\n" . trace() });
    return;
}

# Have a function called on a signal: between two steps of the application, or wherever it is, from
# where nothing can go on. What a signal interrupts of reading and writing goes on.
sub handle {
    my ($signal, $safe, $code) = @_;
    my $action = POSIX::SigAction->new($code, POSIX::SigSet->new, POSIX::SA_RESTART());
    $action->safe($safe);
    POSIX::sigaction($signal, $action) or die "signal $signal cannot be handled: $!\n";
    return;
}

# Remember where the last error was raised: Perl's own say the line alone. Where the application
# looks at errors by itself, it is left to do so.
my ($error, $raised) = ('', '');

sub trace_errors {
    return if $SIG{__DIE__};
    $SIG{__DIE__} = sub {
        my $which = refaddr $_[0] // $_[0];
        ($error, $raised) = ($which, trace()) if $which ne $error;    # raised again, it is the same
    };
    return;
}

# An error and where it was raised, for a log.
sub describe {
    my ($caught) = @_;
    my $text = "$caught";
    utf8::encode($text) if utf8::is_utf8($text);
    chomp $text;
    $text .= "\n$raised" if $error eq (refaddr $caught // $caught);
    ($error, $raised) = ('', '');
    return $text =~ /\n\z/ ? $text : "$text\n";
}

# Print to the application's log, which may be closed.
sub log {
    my ($text) = @_;
    utf8::encode($text) if utf8::is_utf8($text);
    chomp $text;
    syswrite STDERR, "$text\n";
    return;
}

1;
