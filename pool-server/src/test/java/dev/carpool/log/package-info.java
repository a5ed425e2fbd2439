/** Lines, formats and allowances as pure classes; files as real ones. */
@NullMarked
package dev.carpool.log;

import org.jspecify.annotations.NullMarked;
