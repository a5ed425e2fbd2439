package dev.carpool.pool;

/**
 * The identity of a process in the pool, from its start on. Given by the machine and never reused,
 * unlike a pid, which is not known at first and comes round again.
 */
public record ProcessId(long value) {

  @Override
  public String toString() {
    return "process " + value;
  }
}
