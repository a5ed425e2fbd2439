use Carpool;

Carpool::after_fork {
    die "no database";
};

sub { [ 200, [], [] ] };
