use strict;
use warnings;

# What the suite of the helper contract asks for (../../README.md).

use Carpool;
use Compress::Raw::Zlib qw(crc32);
use Plack::Middleware::Lint;
use POSIX ();
use Time::HiRes ();

use constant { PIECE => 64 * 1024, MIB => 1024 * 1024 };

my @TEXT   = ('Content-Type' => 'text/plain');
my $LOADED = join '', map { sprintf '%08x', rand 0xffffffff } 1, 2;
my @forked;
my $closed = 0;

Carpool::after_fork { push @forked, $$ };

# A body that counts that it was closed.
package Pieces {
    sub new     { my ($class, $next) = @_; return bless { next => $next }, $class }
    sub getline { return $_[0]{next}->() }
    sub close   { $closed++; return 1 }
}

sub text {
    my ($words) = @_;
    return [ 200, [@TEXT], ["$words"] ];
}

sub yes { return $_[0] ? 'true' : 'false' }

sub pid { return text($$) }

sub about {
    my ($env) = @_;
    return text(<<"LINES");
loaded=$LOADED
forked=${\scalar @forked}
pid=${\($forked[-1] // '')}
multithread=${\yes($env->{'psgi.multithread'})}
multiprocess=${\yes($env->{'psgi.multiprocess'})}
scheme=$env->{'psgi.url_scheme'}
path=$env->{PATH_INFO}
script=$env->{SCRIPT_NAME}
query=$env->{QUERY_STRING}
LINES
}

sub count {
    my ($env) = @_;
    my ($size, $crc) = (0, 0);
    while ($env->{'psgi.input'}->read(my $piece, PIECE)) {
        $size += length $piece;
        $crc = crc32($piece, $crc);
    }
    return text("$size $crc");
}

sub stream {
    my ($env, $mib) = @_;
    my $piece = 'x' x PIECE;
    return sub {
        my $writer = $_[0]->([ 200, [@TEXT] ]);
        $writer->write($piece) for 1 .. $mib * MIB / PIECE;
        $writer->close;
    };
}

sub file {
    my ($env, $mib) = @_;
    open my $file, '+>', undef or die $!;
    truncate $file, $mib * MIB;
    return [ 200, [@TEXT], $file ];
}

sub length_ {
    my ($env, $declared, $actual) = @_;
    my $half = int $actual / 2;
    return [ 200, [ @TEXT, 'Content-Length' => $declared ], [ 'x' x $half, 'x' x ($actual - $half) ] ];
}

sub bodiless {
    my ($env, $status) = @_;
    return [ $status, [], ['a body all the same'] ];
}

# Wait, whatever signals come.
sub sleep_ms {
    my ($milliseconds) = @_;
    my $finish = Time::HiRes::time() + $milliseconds / 1000;
    while ((my $left = $finish - Time::HiRes::time()) > 0) {
        Time::HiRes::sleep($left);
    }
    return;
}

sub sleep_ {
    my ($env, $milliseconds) = @_;
    sleep_ms($milliseconds);
    return text($$);
}

sub drip {
    my ($env, $pieces, $milliseconds) = @_;
    return [
        200,
        [@TEXT],
        Pieces->new(
            sub {
                return unless $pieces--;
                sleep_ms($milliseconds);
                return 'drip';
            }
        )
    ];
}

sub raise { die 'boom at once' }

sub raise_late {
    my $begun;
    return [ 200, [@TEXT], Pieces->new(sub { $begun++ ? die 'boom in the middle' : 'begun' }) ];
}

sub closed { return text($closed) }

sub environment {
    return text(join '', map {"$_=$ENV{$_}\n"} keys %ENV);
}

sub print_ {
    my ($env) = @_;
    print "a line on stdout\n";
    $env->{'psgi.errors'}->print("a line for the errors\n");
    return text('printed');
}

my %PAGES = (
    pid          => \&pid,
    about        => \&about,
    count        => \&count,
    stream       => \&stream,
    file         => \&file,
    length       => \&length_,
    bodiless     => \&bodiless,
    sleep        => \&sleep_,
    drip         => \&drip,
    raise        => \&raise,
    'raise-late' => \&raise_late,
    closed       => \&closed,
    environment  => \&environment,
    print        => \&print_,
);

my $answer = sub {
    my ($env) = @_;
    my (undef, $name, @arguments) = split m{/}, $env->{PATH_INFO};
    return $PAGES{$name}->($env, @arguments);
};

# Some of these do what PSGI forbids, so they are not asked through Lint, which would notice.
my $linted = Plack::Middleware::Lint->wrap($answer);

sub {
    my ($env) = @_;
    my $bad = $env->{PATH_INFO} =~ m{\A/(?:length|bodiless|file|pid|stream)\b} || $env->{REQUEST_METHOD} eq 'HEAD';
    return ($bad ? $answer : $linted)->($env);
};
