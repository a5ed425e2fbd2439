#!/usr/bin/perl

# Run a PSGI application in a process of the Carpool pool server.
#
# Carpool starts this file as `perl carpool_psgi.pl`, without flags, with the line to the server as
# descriptor 0 and in the application's root; ../CONTRACT.md says the rest. CARPOOL_ENTRY names the
# file of the application and is taken out of the environment once it is read; CARPOOL_APP, the
# application's name, stays. CARPOOL_PRELOAD says that this process is to fork the ones that serve.
# One connection is served at a time, whatever CARPOOL_CONCURRENCY says.

use strict;
use warnings;

my $HERE;

BEGIN {
    ($HERE) = __FILE__ =~ m{\A(.*)/}s;
    unshift @INC, $HERE;
}

use Carpool;
use Carpool::Board;
use Carpool::Kernel;
use Carpool::Line;
use Carpool::Loader;
use Carpool::Preload;
use Carpool::Server;
use Carpool::Watch;
use POSIX ();

my $line;
my $pid = $$;

# Whoever calls exit() ends the process, and ought to know that it was that.
END {
    if ($$ == $pid && (my $serving = $Carpool::Server::serving)) {
        Carpool::Board::log("carpool: the application called exit($?) in $serving, which ends its process");
    }
    elsif ($$ == $pid && $Carpool::Loader::loading) {
        Carpool::Line::say($line, 'F', 0, "the application called exit($?) while it was loaded");
        $? = 1;
    }
}

# Begin at the line, end with it.
sub main {
    $| = 1;
    $SIG{TERM} = 'DEFAULT';    # at once, unless the application handles it
    Carpool::Board::handle(POSIX::SIGINT(), 1, sub { });    # a terminal's Ctrl-C is for the server
    $SIG{PIPE} = sub { };      # writing fails instead; not IGNORE, which programs would inherit
    my $preload = (delete $ENV{CARPOOL_PRELOAD} // '') eq '1';
    delete $ENV{CARPOOL_CONCURRENCY};
    Carpool::Board::trace_on_signal();
    $line = Carpool::Line::open();
    Carpool::Watch::start($line);
    my $application = Carpool::Loader::load($line, $HERE);
    if ($preload) {
        Carpool::Preload::warn_of_fork($line);
        $line = Carpool::Preload->new($line)->run or return;
        $pid  = $$;
        Carpool::Watch::start($line);
    }
    Carpool::Loader::prepare($line);
    Carpool::Server->new($line, $application)->run;
    return;
}

main();
