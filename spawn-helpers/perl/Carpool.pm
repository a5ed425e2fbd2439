package Carpool;

use strict;
use warnings;

# What an application may ask of Carpool. Elsewhere than in a process of Carpool's, do without:
#
#     Carpool::after_fork(sub { connect_database() }) if defined &Carpool::after_fork;

my @after_fork;

# Have a function called in each process that was forked from the one that loaded the application,
# before its first request: to open connections, seed generators, remember pids.
#
# It gets no arguments. If it dies, the process does not start, and why is reported. Where each
# process loads the application itself (spawn = "direct") it is called as well, after the
# application is loaded.
sub after_fork (&) {
    push @after_fork, @_;
    return;
}

# Call them all, in the order in which they came.
sub run_after_fork {
    $_->() for @after_fork;
    return;
}

1;
