package dev.carpool.client;

import dev.carpool.api.PoolException;
import dev.carpool.channel.RuntimeDirectory;
import dev.carpool.descriptor.Connector;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.UnreachableException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/** The way in by the admin socket, and in words why there is none. */
final class AdminDoor {

  private AdminDoor() {}

  /** Does what {@link RemotePool#connect(Path, String, Duration, Consumer)} says. */
  static RemotePool enter(
      Path adminSocket, String name, Duration within, Consumer<Connector.Retry> heard)
      throws PoolException {
    long deadline = System.nanoTime() + within.toNanos();
    try {
      RuntimeDirectory directory = RuntimeDirectory.find(adminSocket.getParent());
      Descriptor socket = new Connector(adminSocket, directory::isServed, heard).connect(within);
      return RemotePool.greet(
          socket, name, Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
    } catch (UnreachableException e) {
      throw switch (e.errno()) {
        case ENOENT ->
            new PoolException.Unavailable("No pool server runs here: " + e.getMessage() + ".");
        case ECONNREFUSED ->
            new PoolException.Unavailable("The pool server has gone: " + e.getMessage() + ".");
        case EAGAIN ->
            new PoolException.Unavailable(
                "The pool server lives, but does not answer: " + e.getMessage() + ".");
        case EACCES, EPERM ->
            new PoolException.Denied(
                "This user may not connect to %s; root and the server's own user may, and its look_group."
                    .formatted(adminSocket));
        default -> new PoolException.Unavailable(e.getMessage() + ".");
      };
    } catch (HungUpException e) {
      throw new PoolException.Unavailable(
          "The pool server hung up before it said a word (%s). Only root, its own user and its look_group may use %s."
              .formatted(e.getMessage(), adminSocket));
    } catch (IOException e) {
      throw new PoolException.Unavailable("The pool server does not answer: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PoolException.Unavailable("Interrupted while connecting to the pool server.");
    }
  }
}
