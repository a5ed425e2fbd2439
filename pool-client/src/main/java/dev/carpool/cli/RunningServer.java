package dev.carpool.cli;

import dev.carpool.api.ApplicationPool;
import dev.carpool.api.PoolException;
import dev.carpool.client.RemotePool;
import java.nio.file.Path;
import java.time.Duration;

/** A server that answers on its admin socket. Closing this ends the talk alone. */
interface RunningServer extends AutoCloseable {

  /** How long a command waits for a server that lives but does not answer yet. */
  Duration PATIENCE = Duration.ofSeconds(10);

  ApplicationPool pool();

  /** Asks the server to end: it refuses new requests, lets sessions finish, and exits. */
  void stop() throws PoolException;

  @Override
  void close();

  /** How a server is reached; a test puts its own pool here. */
  @FunctionalInterface
  interface Connector {
    /**
     * Connects and greets.
     *
     * @throws PoolException if nobody answers there
     */
    RunningServer connect(Path adminSocket) throws PoolException;
  }

  /** Reaches a server for real. */
  static RunningServer connect(Path adminSocket) throws PoolException {
    RemotePool remote =
        RemotePool.connect(
            adminSocket,
            "carpool command",
            PATIENCE,
            retry -> System.err.println("carpool: " + retry));
    return new RunningServer() {
      @Override
      public ApplicationPool pool() {
        return remote;
      }

      @Override
      public void stop() throws PoolException {
        remote.stop();
      }

      @Override
      public void close() {
        remote.close();
      }
    };
  }
}
