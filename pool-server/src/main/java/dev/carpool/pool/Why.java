package dev.carpool.pool;

/**
 * Why a process ends, or is to be replaced.
 *
 * @param cause for the counts
 * @param words for people
 */
record Why(Cause cause, String words) {

  /** What a process ended for. */
  enum Cause {
    /** It ended or broke its line by itself. */
    DIED("died"),
    START_FAILED("start_failed"),
    IDLE("idle"),
    ABOVE_LIMIT("above_limit"),
    MADE_ROOM("made_room"),
    RESTARTED("restarted"),
    MAX_REQUESTS("max_requests"),
    MEMORY("memory"),
    MAX_REQUEST_TIME("max_request_time"),
    REMOVED("removed"),
    SHUTDOWN("shutdown");

    private final String word;

    Cause(String word) {
      this.word = word;
    }

    /** The word for it in reports. */
    String word() {
      return word;
    }
  }

  static final Why SHUTDOWN = new Why(Cause.SHUTDOWN, "shutdown");

  static Why makesRoomFor(AppPool app) {
    return new Why(Cause.MADE_ROOM, "makes room for " + app.name);
  }
}
