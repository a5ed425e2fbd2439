# What the suite of the helper contract asks for (../../README.md). The first line of the header is printed already.

use strict;
use warnings;

use constant MIB   => 1024 * 1024;
use constant PIECE => 64 * 1024;

# How many bodies were closed is kept by a file, as each body has a program of its own.
my $closed = ($ENV{TMPDIR} || '/tmp') . '/carpool-contract-' . getppid;

my %pages = (
    count => sub {
        require Compress::Raw::Zlib;
        my ($left, $size, $crc) = ($ENV{CONTENT_LENGTH} || 0, 0, 0);
        while ($size < $left) {
            my $read = sysread STDIN, my $piece, PIECE < $left - $size ? PIECE : $left - $size;
            die 'the body ends too early' unless $read;
            $size += $read;
            $crc = Compress::Raw::Zlib::crc32($piece, $crc);
        }
        print "\n$size $crc";
    },
    stream => sub {
        my $piece = 'x' x PIECE;
        print "\n";
        print $piece for 1 .. $_[0] * MIB / PIECE;
    },
    file => sub {
        my $size = $_[0] * MIB;
        print "Content-Length: $size\n\n";
        exec 'head', '-c', $size, '/dev/zero';
    },
    length => sub {
        my ($declared, $actual) = @_;
        my $half = int $actual / 2;
        print "Content-Length: $declared\n\n";
        print 'x' x $half;
        print 'x' x ($actual - $half);
    },
    bodiless => sub { print "Status: $_[0] As Asked\n\na body all the same" },
    sleep    => sub { pause($_[0]); print "\n", getppid },
    drip     => sub {
        my ($pieces, $milliseconds) = @_;
        my $end = sub { count_closed(); exit 1 };
        local @SIG{qw(TERM PIPE)} = ($end, $end);
        print "\n";
        for (1 .. $pieces) { pause($milliseconds); print 'drip' }
        count_closed();
    },
    raise        => sub { die 'boom at once' },
    'raise-late' => sub {
        print "\nbegun";
        print STDERR "boom in the middle\n";
        count_closed();
        kill KILL => $$;
    },
    closed => sub {
        my $count = -s $closed || 0;
        unlink $closed;
        print "\n$count";
    },
    environment => sub { print "\n", map {"$_=$ENV{$_}\n"} keys %ENV },
    print       => sub {
        print STDERR "a line on stdout\n";    # which is the response, for a CGI program
        print STDERR "a line for the errors\n";
        print "\nprinted";
    },
);

sub pause {
    select undef, undef, undef, $_[0] / 1000;
}

sub count_closed {
    open my $file, '>>', $closed or die $!;
    print {$file} 'x';
}

$| = 1;
my (undef, $name, @arguments) = split m{/}, $ENV{PATH_INFO};
$pages{$name}->(@arguments);
