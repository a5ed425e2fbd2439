package Carpool::Body;

use strict;
use warnings;

# A request body on its way: at the first look all of it is put into a file, and read from there.
#
# Applications may use it as a file handle, with its methods or with Perl's functions, and may seek
# in it. It takes no memory, and nothing is received for an application that does not look.
use overload
    '*{}'    => sub { $_[0]->file },
    '<>'     => sub { readline $_[0]->file },
    'bool'   => sub { 1 },
    '""'     => sub { overload::StrVal($_[0]) },
    fallback => 1;

use constant PIECE => 64 * 1024;

sub new {
    my ($class, $connection, $start, $size) = @_;
    return bless { connection => $connection, start => $start, left => $size - length $start }, $class;
}

# The methods of a file handle that make sense here.
for my $name (qw(read sysread getline getlines getc ungetc seek sysseek tell eof binmode fileno opened stat error clearerr)) {
    no strict 'refs';
    *$name = sub {
        my $file = shift->file;
        return $file->$name(@_);
    };
}

sub close { return 1 }

# How many bytes are still to be received.
sub left { return $_[0]{left} }

# Be empty from now on: the connection is another's soon.
sub finish {
    my ($self) = @_;
    delete $self->{connection};
    CORE::close delete $self->{file} if $self->{file};
    return;
}

# The file with all of the body.
sub file {
    my ($self) = @_;
    return $self->{file} if $self->{file};
    die "the request is over\n" unless $self->{connection};
    open my $file, '+>', undef or die "there is no temporary file for a body: $!\n";
    binmode $file;
    my $data = delete $self->{start};
    while (1) {
        write_all($file, $data);
        last unless $self->{left};
        my $size = $self->{left} < PIECE ? $self->{left} : PIECE;
        $data = Carpool::Request::received($self->{connection}, $size);
        if ($data eq '') {
            $self->{start} = '';
            Carpool::PeerGone->raise("the client went away, $self->{left} bytes of the body missing");
        }
        $self->{left} -= length $data;
    }
    seek $file, 0, 0;
    return $self->{file} = $file;
}

sub write_all {
    my ($file, $data) = @_;
    my $place = 0;
    while ($place < length $data) {
        my $written = syswrite $file, $data, length($data) - $place, $place;
        if (!defined $written) {
            next if $!{EINTR};
            die "a body cannot be written to its temporary file: $!\n";
        }
        $place += $written;
    }
    return;
}

1;
