# Has a syntax error in line 3.

sub { [ 200, [], [] };
