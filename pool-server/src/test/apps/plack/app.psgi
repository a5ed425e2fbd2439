use strict;
use warnings;

# The applications of Plack's suite for servers, each under Plack's own checks.

use Plack::Middleware::Lint;
use Plack::Test::Suite;

Plack::Middleware::Lint->wrap(Plack::Test::Suite->test_app_handler);
