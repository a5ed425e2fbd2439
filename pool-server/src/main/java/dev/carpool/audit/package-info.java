/**
 * Who changed what while the server runs: one line for each change, through the logger {@code
 * audit}.
 *
 * <p>Whatever changes a pool for somebody does so through an {@link dev.carpool.audit.AuditedPool}
 * made for that somebody. Has no thread of its own. May import {@code api}, and of {@code log} what
 * makes words harmless.
 */
@NullMarked
package dev.carpool.audit;

import org.jspecify.annotations.NullMarked;
