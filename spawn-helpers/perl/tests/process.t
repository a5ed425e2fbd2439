#!/usr/bin/perl

# How an application is loaded, and how its process behaves. What all languages share is in
# HelperContractIT.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..", "$FindBin::Bin/lib";
use File::Temp qw(tempdir);
use HelperProcess;
use Test::More;
use Time::HiRes qw(time);

my $APPS = $HelperProcess::APPS;

# Why an application cannot be loaded.
sub failure {
    my ($entry, $root) = @_;
    my $helper = HelperProcess->new($root // $APPS, $entry);
    my $last   = ($helper->start)[-1];
    is $last->[0],    'F';
    is $helper->wait, 1;
    return $last->[2];
}

subtest 'why an application cannot be loaded is said' => sub {
    is failure('missing.psgi'), "there is no missing.psgi in $APPS";
    is failure('nothing.psgi'), "$APPS/nothing.psgi gives 'no function', and not a function: its last line ought to be the application";
    is failure('exits.psgi'), 'the application called exit(3) while it was loaded';
    like failure('fork_fails.psgi'), qr{\Ain an after_fork function: no database at $APPS/fork_fails\.psgi line 4\.\n  from};
    like failure('misses.psgi'), qr{\Athere is no module No::Such::Module in this Perl: cpanm No::Such::Module, or.*\n.* at $APPS/misses\.psgi line 3\.};
};

subtest 'modules beside the application are found' => sub {
    my $root = tempdir(CLEANUP => 1);
    mkdir "$root/$_" or die $! for qw(local local/lib local/lib/perl5);
    write_file("$root/local/lib/perl5/Beside.pm", "package Beside; sub word { 'beside' } 1;");
    write_file("$root/app.psgi", "use Beside; sub { [ 200, [], [ Beside::word() ] ] }");
    is(HelperProcess->ready($root, '')->get('/'), 'beside');
};

subtest 'an object that has an application, which knows its own file and the helper after all others' => sub {
    my $here = "$FindBin::Bin/..";
    like(HelperProcess->ready($APPS, 'object.psgi')->get('/'), qr{\A$APPS/object\.psgi $APPS/object\.psgi \S+/perl/tests/\.\.\z});
};

subtest 'who calls exit() ends the process, and is told' => sub {
    my $helper     = HelperProcess->ready($APPS, 'behaves.psgi');
    my $connection = $helper->open('/exit');
    is $helper->wait, 3;
    like $helper->log, qr/the application called exit\(3\) in GET \/exit, which ends its process/;
};

subtest 'one that cannot go on ends the process instead of losing its place' => sub {
    my $helper     = HelperProcess->ready($APPS, 'behaves.psgi');
    my $connection = $helper->open('/closes');
    is $helper->wait, 70;
    like $helper->log, qr/this process cannot go on: /;
};

subtest 'the end of the line ends what sleeps in a library' => sub {
    for my $preload (0, 1) {
        my $helper = HelperProcess->ready($APPS, 'behaves.psgi', CARPOOL_PRELOAD => $preload);
        my ($line, undef, $pid) = $preload ? fork_one($helper, 1) : ($helper->line);
        local $helper->{line} = $line;
        my $connection = $helper->open('/sleeps');
        select undef, undef, undef, 0.1;
        my $began = time;
        close $line;
        if ($preload) {
            is_deeply $helper->frame($helper->{kept}), [ 'X', 1, '0' ];
        }
        else {
            is $helper->wait, 0;
        }
        ok time - $began < 1.2, 'within a second';
    }
};

subtest 'the watch is no child of the application, and ends with it' => sub {
    my $helper = HelperProcess->ready($APPS, 'behaves.psgi');
    is $helper->get('/waits'), -1;
    is awaited_watches($helper->pid, 1), 1;
    kill KILL => $helper->pid;
    $helper->wait;
    is awaited_watches($helper->pid, 0), 0;
};

subtest 'programs inherit no descriptor of ours, the connection and half a body among them' => sub {
    my $helper = HelperProcess->ready($APPS, 'behaves.psgi');
    is $helper->get('/files', 'x' x 200_000), "0, 1, 2, 3\n";    # the last is the folder that is listed
};

subtest 'an application may handle SIGTERM, and its programs SIGPIPE' => sub {
    my $helper = HelperProcess->ready($APPS, 'behaves.psgi');
    is $helper->get('/pipe'), 'default';
    $helper->get('/signal');
    kill TERM => $helper->pid;
    is $helper->wait, 0;
    like $helper->log, qr/heeded/;
};

subtest 'a preloader warns of connections' => sub {
    my $helper = HelperProcess->ready($APPS, 'connected.psgi', CARPOOL_PRELOAD => 1);
    like $helper->log, qr/opened a connection to a Unix socket while it was loaded, which all forked/;
};

subtest 'a forked process is a helper of its own' => sub {
    my $helper = HelperProcess->ready($APPS, 'behaves.psgi', CARPOOL_PRELOAD => 1);
    my ($line, $output, $pid) = fork_one($helper, 7);
    my ($other) = fork_one($helper, 8);
    is getpgrp $pid, $pid;
    is_deeply [ sort { $a <=> $b } map { m{(\d+)\z} } glob "/proc/$pid/fd/*" ]->[2], 2;
    my @about = map {
        local $helper->{line} = $_;
        $helper->{served} = 0;
        [ split / /, $helper->get('/about') ]
    } $line, $other;
    is $about[0][0], 1;
    isnt $about[0][1], $about[1][1], 'each draws numbers of its own';
    is $about[0][2], 'nothing';
    is $about[0][3], $helper->pid;
    {
        local $helper->{line} = $line;
        $helper->send('Q', 0);
    }
    is_deeply $helper->frame, [ 'X', 7, '0' ];
    is do { local $/; readline $output }, "END in a process that serves\n";
};

subtest 'how a process ended is told and the others live on; STOP ends a preloader' => sub {
    my $helper = HelperProcess->ready($APPS, 'behaves.psgi', CARPOOL_PRELOAD => 1);
    my ($line, undef, $pid) = fork_one($helper, 1);
    my ($other) = fork_one($helper, 2);
    kill KILL => $pid;
    is_deeply $helper->frame, [ 'X', 1, '137' ];
    $helper->send('Q', 0);
    is $helper->wait, 0;
    like $helper->log, qr/\AEND in another process\n\z/;
    local $helper->{line} = $other;
    like $helper->get('/waits'), qr/-1/;
};

# Have a process forked: our end of its line once it is ready, its output, its pid.
sub fork_one {
    my ($helper, $number) = @_;
    $helper->{kept} = $helper->line;
    socketpair my $ours, my $theirs, Socket::AF_UNIX, Socket::SOCK_STREAM, 0 or die $!;
    pipe my $reader, my $writer or die $!;
    $helper->send('K', $number, $theirs, $writer);
    my $answer = $helper->frame;
    is_deeply [ @$answer[ 0, 1 ] ], [ 'K', $number ];
    close $_ for $theirs, $writer;
    is $helper->frame($ours)->[0], 'R';
    $helper->{served} = 0;
    return ($ours, $reader, $answer->[2]);
}

# The pids of the watches over a process.
# How many watches a process has, once they are so many or after a second.
sub awaited_watches {
    my ($pid, $wanted) = @_;
    for (1 .. 50) {
        last if watches($pid) == $wanted;
        select undef, undef, undef, 0.02;
    }
    return scalar watches($pid);
}

sub watches {
    my ($pid) = @_;
    return grep {
        my $file;
        open($file, '<', $_) && (readline $file // '') =~ /watches the line of $pid\b/
    } glob '/proc/[0-9]*/cmdline';
}

sub write_file {
    my ($path, $text) = @_;
    open my $file, '>', $path or die $!;
    print $file $text;
    close $file;
    return;
}

done_testing;
