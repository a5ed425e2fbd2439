package dev.carpool.server;

import java.io.IOException;
import java.util.List;

/** A stock web server in front of a {@link Site}, with the configuration of the documents. */
interface WebServer extends AutoCloseable {

  /** Where it answers over HTTP, on 127.0.0.1. */
  int port();

  /** Where it answers over HTTPS. */
  int tlsPort();

  /** Lets it read its configuration again, as its administrators do: gracefully. */
  void reload() throws IOException, InterruptedException;

  /** The program itself. */
  ForegroundServer process();

  /** Its processes: first the one that leads the others. */
  default List<Long> pids() {
    return process().pids();
  }

  /** What it had to complain about. */
  default String errors() throws IOException {
    return process().errors();
  }

  /** Ends it; fails if a process of it is left. */
  @Override
  default void close() {
    process().close();
  }
}
