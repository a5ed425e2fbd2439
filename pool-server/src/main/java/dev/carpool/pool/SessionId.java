package dev.carpool.pool;

/** The identity of a session, from its grant on. Given by the machine and never reused. */
public record SessionId(long value) {

  @Override
  public String toString() {
    return "session " + value;
  }
}
