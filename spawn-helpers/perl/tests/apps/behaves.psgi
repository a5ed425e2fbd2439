use strict;
use warnings;

# An application with a path for each way to behave in a process.

use Carpool;
use Time::HiRes ();

my @called;
rand;    # so that all processes would go on with the same numbers
Carpool::after_fork { push @called, $$ };
END { print STDERR "END in ", @called && $called[-1] == $$ ? "a process that serves\n" : "another process\n" }

my %PAGES = (
    '/exit'   => sub { exit 3 },
    '/closes' => sub { POSIX::close($_) for 3 .. 99; return 'closed' },
    '/sleeps' => sub { Time::HiRes::sleep(30); return 'slept' },
    '/waits'  => sub { return wait },
    '/about'  => sub { return join ' ', scalar @called, rand, readline(STDIN) // 'nothing', getppid },
    '/signal' => sub { $SIG{TERM} = sub { print STDERR "heeded\n"; exit 0 }; return 'set' },
    '/files'  => sub { $_[0]{'psgi.input'}->read(my $data, 1); return scalar `ls -m /proc/self/fd` },
    '/pipe'   => sub { return `perl -e 'print \$SIG{PIPE} // "default"'` },
);

sub { return [ 200, [], [ $PAGES{ $_[0]{PATH_INFO} }->(@_) ] ] };
