package dev.carpool.descriptor;

/** What can be waited for on a descriptor: the bits of poll(2) and epoll(7). */
public final class Readiness {
  public static final int READABLE = 0x001;
  public static final int WRITABLE = 0x004;
  public static final int ERROR = 0x008;

  /** Both directions have ended. Reported whether asked for or not. */
  public static final int HANG_UP = 0x010;

  /** The peer will send nothing more. */
  public static final int PEER_HANG_UP = 0x2000;

  private Readiness() {}
}
