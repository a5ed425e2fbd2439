use strict;
use warnings;

# An application that is an object, and remembers what it was told its file is.

my $program = $0;

package Shop {
    sub new    { return bless {}, shift }
    sub to_app { return sub { [ 200, [], ["$0 $program $INC[-1]"] ] } }
}

Shop->new;
