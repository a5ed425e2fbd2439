package dev.carpool.pool;

/**
 * The identity of a request for a session. Given by the caller of the machine, never reused, and
 * rising in the order of arrival: first come first served goes by it.
 */
public record RequestId(long value) implements Comparable<RequestId> {

  @Override
  public int compareTo(RequestId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return "request " + value;
  }
}
