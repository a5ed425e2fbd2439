package Carpool::Loader;

use strict;
use warnings;
use Carpool;
use Carpool::Board;
use Carpool::Kernel;
use Carpool::Line;
use Cwd      ();
use overload ();
use POSIX ();
use Scalar::Util qw(blessed reftype);

# The application.

# Whether the application runs because it is loaded: an exit() then is a start that failed.
our $loading = 0;

# Load the application and return it; if that fails, say why and exit.
sub load {
    my ($line, $here) = @_;
    my $entry = delete $ENV{CARPOOL_ENTRY} // '';
    $entry = 'app.psgi' if $entry eq '';
    $ENV{PLACK_ENV} //= 'production';
    if (!Carpool::Kernel::can_receive()) {
        fail($line, 'on this processor Carpool needs the module Socket::MsgHdr: apt-get install libsocket-msghdr-perl, or cpanm Socket::MsgHdr');
    }
    @INC = ((grep { $_ ne $here } @INC), $here);    # an application may say: use Carpool
    if (-d 'local/lib/perl5') {                     # of Carton, or of cpanm -l local
        require lib;
        lib->import(Cwd::getcwd() . '/local/lib/perl5');
    }
    Carpool::Board::trace_errors();
    Carpool::Line::say($line, 'P', 0, "load $entry", Carpool::Line::MAX_STEP);
    my $path = $entry =~ m{\A/} ? $entry : Cwd::getcwd() . "/$entry";
    -f $path or fail($line, "there is no $entry in " . Cwd::getcwd());
    -r _ or fail($line, "$path may not be read by this process's user");
    $loading = 1;
    my $given = Carpool::Application::run($path);
    fail($line, reason($@)) if $@;
    my $application = application($given);
    fail($line, "$path gives " . (defined $given ? "'$given'" : 'nothing') . ', and not a function: its last line ought to be the application')
        unless $application;
    $loading = 0;
    return $application;
}

# Call what the application wants called in each process; if that fails, say why and exit.
sub prepare {
    my ($line) = @_;
    $loading = 1;
    eval { Carpool::run_after_fork(); 1 } or fail($line, 'in an after_fork function: ' . reason($@));
    $loading = 0;
    return;
}

# The function that a file gave, which may be an object that has one.
sub application {
    my ($given) = @_;
    $given = $given->to_app if blessed $given && $given->can('to_app');
    my $is_function = (reftype $given // '') eq 'CODE' || blessed $given && overload::Method($given, '&{}');
    return $is_function && $given;
}

# Say why the loading failed: in the first line what, then where.
sub reason {
    my ($error) = @_;
    my $text = Carpool::Board::describe($error);
    $text =~ s/ \(\@INC (?:contains|entries checked): [^)]*\)//;
    if ($text =~ /\ACan't locate (\S+)\.pm in \@INC/) {
        (my $module = $1) =~ s{/}{::}g;
        my $package = $module =~ /\APlack\b/ ? 'apt-get install libplack-perl' : 'the package of your system that has it';
        $text = "there is no module $module in this Perl: cpanm $module, or $package\n$text";
    }
    return $text;
}

sub fail {
    my ($line, $text) = @_;
    Carpool::Line::say($line, 'F', 0, $text);
    POSIX::_exit(1);
}

package Carpool::Application;

# Where the application is compiled, if its file names no package.
sub run {
    $0 = $_[0];          # so that FindBin works, and whoever lists processes sees the application
    local @ARGV = ();    # which frameworks may look at
    return do $_[0];
}

1;
