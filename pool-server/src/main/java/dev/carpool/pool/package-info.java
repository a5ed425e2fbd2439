/**
 * The pool itself, as a pure machine: events go in, effects come out.
 *
 * <p>{@link dev.carpool.pool.PoolMachine} decides which process serves which request, when a
 * process is started or stopped, who waits and who is refused. It has no thread, lock, clock,
 * socket, logger or operating-system process: time is an argument, an alarm is an effect, and
 * whoever calls it holds the lock. So every rule of the pool can be tested by itself, a microsecond
 * a case.
 *
 * <p>To read it: {@code PoolEvent} and {@code PoolEffect} say what happens and what is to be done,
 * {@code ProcessState} draws the life of a process, {@code PoolMachine} shows the order in which
 * everything is decided, and the other classes each decide one thing.
 *
 * <p>May import java.*, Guava's collections and {@code dev.carpool.api}, nothing else. Runs on
 * whichever thread holds the lock of {@code live}; nothing here blocks or is safe to share.
 */
@NullMarked
package dev.carpool.pool;

import org.jspecify.annotations.NullMarked;
