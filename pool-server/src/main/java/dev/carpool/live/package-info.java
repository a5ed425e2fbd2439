/**
 * The pool in motion: {@link dev.carpool.live.LivePool} locks, asks the machine, unlocks, and then
 * does what the machine wants done.
 *
 * <p>One lock; nothing slow, no callback and no write happens under it. Any thread may call in, and
 * the thread that brought an event runs its effects. May import {@code api}, {@code descriptor},
 * {@code pool} and {@code spawn}.
 */
@NullMarked
package dev.carpool.live;

import org.jspecify.annotations.NullMarked;
