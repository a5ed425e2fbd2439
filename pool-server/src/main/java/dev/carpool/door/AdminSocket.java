package dev.carpool.door;

import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket in the runtime directory, for the administration commands of root and the server's own
 * user.
 */
public final class AdminSocket implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AdminSocket.class);
  private static final int BACKLOG = 64;

  private final Path path;
  private final Descriptor listening;
  private final Reception reception;
  private final int ownUser;

  private AdminSocket(Path path, Descriptor listening, Reception reception, int ownUser) {
    this.path = path;
    this.listening = listening;
    this.reception = reception;
    this.ownUser = ownUser;
  }

  /**
   * Listens, in a directory that nobody else may enter.
   *
   * @param path must not exist
   */
  public static AdminSocket open(Path path, Reception reception) throws IOException {
    Descriptor listening = UnixSocket.listen(path, BACKLOG);
    try {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      int ownUser = (Integer) Files.getAttribute(path, "unix:uid");
      AdminSocket socket = new AdminSocket(path, listening, reception, ownUser);
      Thread.ofPlatform().name("admin").daemon(true).start(socket::serve);
      return socket;
    } catch (IOException e) {
      listening.close();
      throw e;
    }
  }

  private void serve() {
    while (listening.isOpen()) {
      try {
        Descriptor socket = UnixSocket.accept(listening);
        if (mayEnter(socket)) {
          reception.welcome(socket, Reception.Rights.ADMINISTER);
        } else {
          socket.close();
        }
      } catch (IOException e) {
        if (listening.isOpen()) {
          LOG.error("an administration command cannot be answered: {}", e.getMessage());
          pause();
        }
      }
    }
  }

  private boolean mayEnter(Descriptor socket) throws IOException {
    int user = UnixSocket.peer(socket).uid();
    if (user != 0 && user != ownUser) {
      LOG.warn("user {} was turned away from {}", user, path);
      return false;
    }
    return true;
  }

  /** What failed once (no descriptors left) would fail again at once, for as long as it lasts. */
  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    listening.close();
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("{} cannot be removed: {}", path, e.getMessage());
    }
  }
}
