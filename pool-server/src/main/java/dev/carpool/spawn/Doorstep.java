package dev.carpool.spawn;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.ListeningSocket;
import dev.carpool.descriptor.StreamSocket;
import dev.carpool.descriptor.UnlinkedSocket;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where a process may listen: on the socket that it finds as its descriptor 0, or on a port that it
 * is told by its environment, or by {@code $PORT} in its command.
 *
 * @param port of 127.0.0.1, free a moment ago; 0 if there is none
 */
record Doorstep(UnlinkedSocket socket, int port) implements AutoCloseable {

  private static final Set<Integer> TOLD = ConcurrentHashMap.newKeySet();

  private static final String HOST = "127.0.0.1";

  /** Opens the socket, and finds a port if one is wanted. */
  static Doorstep open(boolean withPort) throws IOException {
    return new Doorstep(UnlinkedSocket.open(), withPort ? freePort() : 0);
  }

  /** One that no other process was told, which may not listen there yet. */
  private static int freePort() throws IOException {
    while (true) {
      try (ListeningSocket free = ListeningSocket.tcp(HOST, 0)) {
        if (TOLD.add(free.port())) {
          return free.port();
        }
      }
    }
  }

  @Override
  public void close() {
    socket.close();
    TOLD.remove(port);
  }

  Descriptor toSocket() throws IOException {
    return socket.connect();
  }

  Descriptor toPort() throws IOException {
    return StreamSocket.connect(port);
  }

  ImmutableList<String> told(ImmutableList<String> command) {
    return port == 0
        ? command
        : command.stream()
            .map(word -> word.replace("$PORT", String.valueOf(port)))
            .collect(toImmutableList());
  }

  ImmutableMap<String, String> told(ImmutableMap<String, String> environment) {
    return port == 0
        ? environment
        : ImmutableMap.<String, String>builder()
            .put("HOST", HOST)
            .putAll(environment)
            .put("PORT", String.valueOf(port))
            .buildKeepingLast();
  }
}
