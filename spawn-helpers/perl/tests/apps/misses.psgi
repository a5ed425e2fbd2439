# Needs what is not there.

use No::Such::Module;
