package dev.carpool.door;

import dev.carpool.audit.AuditLog;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.GroupAccess;
import dev.carpool.descriptor.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket in the runtime directory, for the administration commands: of root and the server's
 * own user, who may do all, and of a group whose members may look. The kernel says who it is.
 */
public final class AdminSocket implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AdminSocket.class);
  private static final int BACKLOG = 64;

  private final Path path;
  private final Descriptor listening;
  private final Reception reception;
  private final int ownUser;

  /** Who may look beside those who may do all. */
  private volatile OptionalLong lookGroup = OptionalLong.empty();

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

  /**
   * Lets the members of a group look, or nobody.
   *
   * @throws IOException if this process may not give the socket to that group
   */
  public void admit(OptionalLong group) throws IOException {
    lookGroup = group;
    GroupAccess.set(path, group, "rw-rw----");
  }

  private void serve() {
    while (listening.isOpen()) {
      try {
        Descriptor socket = UnixSocket.accept(listening);
        Guest guest = guest(socket);
        if (guest != null) {
          reception.welcome(socket, guest);
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

  /** Who has connected; null for one who may not even look. */
  private @Nullable Guest guest(Descriptor socket) throws IOException {
    UnixSocket.Peer peer = UnixSocket.peer(socket);
    if (peer.uid() == 0 || peer.uid() == ownUser) {
      return Guest.of(peer, Rights.ADMINISTER);
    }
    OptionalLong group = lookGroup;
    if (group.isPresent() && UnixSocket.isPeerIn(socket, group.getAsLong())) {
      return Guest.of(peer, Rights.LOOK);
    }
    AuditLog.denied(Guest.of(peer, Rights.LOOK).who().get(), "connect to " + path);
    return null;
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
