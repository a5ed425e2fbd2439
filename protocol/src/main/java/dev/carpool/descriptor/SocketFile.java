package dev.carpool.descriptor;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The file by which a listening Unix socket is found.
 *
 * <p>It appears under its name at once complete: bound under another name in the same folder, for
 * its owner alone, given its permissions, and renamed when the socket listens. So nobody connects
 * who may not, and a stale file is replaced without a moment in which there is none.
 */
public final class SocketFile {

  private static final int OWNER_ALONE = 0600;
  private static final int FILE_TYPE = 0170000;
  private static final int SOCKET = 0140000;

  private final Path path;

  /** Which file it is, since a name may be somebody else's later. */
  private final Object inode;

  private SocketFile(Path path, Object inode) {
    this.path = path;
    this.inode = inode;
  }

  /**
   * Makes a socket listen under an absolute path. Of two servers that replace one stale file at the
   * same instant, the later one has it.
   *
   * @param socket unbound; stays the caller's
   * @throws IOException with a message for whoever configured the path; nothing was changed then
   */
  static SocketFile listen(Descriptor socket, Path path, SocketPermissions permissions, int backlog)
      throws IOException {
    Path name = path.getFileName();
    if (name == null) {
      throw new IOException(path + " cannot be a socket");
    }
    UnixSocket.requireFits(path);
    Path provisional =
        path.resolveSibling(".%s-%08x".formatted(name, ThreadLocalRandom.current().nextInt()));
    bindForOwner(socket, provisional);
    try {
      Scratch scratch = Scratch.get();
      if (Syscall.LISTEN.call(scratch, socket.number(), backlog) < 0) {
        throw new ErrnoException("listen on " + path, scratch.errno());
      }
      return publish(provisional, path, permissions);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(provisional);
      throw e;
    }
  }

  /**
   * Makes a channel of the JDK listen under an absolute path, as other sockets do.
   *
   * @param socket of the family UNIX, unbound; stays the caller's
   * @throws IOException with a message for whoever configured the path; no file is left then
   */
  public static SocketFile listen(
      ServerSocketChannel socket, Path path, SocketPermissions permissions, int backlog)
      throws IOException {
    UnixSocket.requireFits(path);
    Path folder = Objects.requireNonNull(path.getParent());
    // The JDK cannot say the mode at birth, so the socket is born where nobody else can enter.
    Path hidden;
    try {
      hidden = Files.createTempDirectory(folder, ".socket-");
    } catch (IOException e) {
      throw new IOException(
          Files.isDirectory(folder)
              ? "this user (%s) may not create a socket in %s (%s)"
                  .formatted(System.getProperty("user.name"), folder, e)
              : "there is no folder %s for the socket; create it".formatted(folder),
          e);
    }
    Path provisional = hidden.resolve("s");
    try (Descriptor reference = NamedPipe.reference(hidden)) {
      Path shorter = NamedPipe.pathOf(reference).resolve(provisional.getFileName());
      socket.bind(UnixDomainSocketAddress.of(shorter), backlog);
      return publish(provisional, path, permissions);
    } finally {
      Files.deleteIfExists(provisional);
      Files.deleteIfExists(hidden);
    }
  }

  /** Gives a socket that listens its permissions and its name. */
  private static SocketFile publish(Path provisional, Path path, SocketPermissions permissions)
      throws IOException {
    Object inode = permit(provisional, path, permissions);
    requireFree(path);
    Files.move(provisional, path, StandardCopyOption.ATOMIC_MOVE);
    return new SocketFile(path, inode);
  }

  /** Gives the file another owner, group and mode, unless the name is somebody else's by now. */
  void permit(SocketPermissions permissions) throws IOException {
    if (inode.equals(inode(path, LinkOption.NOFOLLOW_LINKS))) {
      var ignored = permit(path, path, permissions);
    }
  }

  /** Removes the file, unless the name is somebody else's by now. */
  public void remove() throws IOException {
    try {
      if (inode.equals(inode(path, LinkOption.NOFOLLOW_LINKS))) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException e) {
      // Somebody was faster.
    }
  }

  /**
   * Binds so that the file is its owner's alone from its first moment: the kernel gives it the mode
   * of the socket, less the umask.
   */
  static void bindForOwner(Descriptor socket, Path path) throws IOException {
    Scratch scratch = Scratch.get();
    if (Syscall.FCHMOD.call(scratch, socket.number(), OWNER_ALONE) < 0) {
      throw new ErrnoException("fchmod", scratch.errno());
    }
    Path folder = Objects.requireNonNull(path.getParent());
    if (UnixSocket.fits(path)) {
      bind(socket, path, folder);
      return;
    }
    // The kernel limits the text, not the place: reach the folder by a shorter one.
    try (Descriptor reference = NamedPipe.reference(folder)) {
      bind(socket, NamedPipe.pathOf(reference).resolve(path.getFileName()), folder);
    }
  }

  private static void bind(Descriptor socket, Path path, Path folder) throws IOException {
    if (UnixSocket.withAddress(Syscall.BIND, socket, path) >= 0) {
      return;
    }
    ErrnoException why = new ErrnoException("bind to " + path, Scratch.get().errno());
    String cure =
        switch (why.errno()) {
          case ENOENT ->
              "there is no folder %s for the socket; create it, or have systemd do it"
                      .formatted(folder)
                  + " (RuntimeDirectory=)";
          case ENOTDIR -> folder + " is no folder, so that no socket can be in it";
          case EACCES, EPERM, EROFS ->
              "this user (%s) may not create a socket in %s; give the user the right to write there,"
                      .formatted(System.getProperty("user.name"), folder)
                  + " or name a path in another folder";
          default -> throw why;
        };
    throw new IOException("%s (%s)".formatted(cure, why.errno()), why);
  }

  /** Gives the file its owner, group and mode. Returns its inode. */
  private static Object permit(Path file, Path path, SocketPermissions permissions)
      throws IOException {
    try (Descriptor reference = NamedPipe.reference(file)) {
      // By its inode: whoever can write in the folder could put a link to another file here.
      Path pinned = NamedPipe.pathOf(reference);
      Object inode = inode(pinned);
      if (!isSocket(pinned) || !inode.equals(inode(file, LinkOption.NOFOLLOW_LINKS))) {
        throw new IOException("somebody else replaces files in " + path.getParent());
      }
      PosixFileAttributeView view =
          Files.getFileAttributeView(pinned, PosixFileAttributeView.class);
      if (permissions.owner() != null) {
        view.setOwner(permissions.owner());
      }
      if (permissions.group() != null) {
        view.setGroup(permissions.group());
      }
      view.setPermissions(bits(permissions.mode()));
      return inode;
    } catch (FileSystemException e) {
      throw new IOException(
          "cannot give the socket %s the owner, group and mode that are wanted (%s); a process that"
                  .formatted(path, e.getReason())
              + " is not root's can only name its own user and the groups it is in",
          e);
    }
  }

  private static Set<PosixFilePermission> bits(int mode) {
    StringBuilder letters = new StringBuilder("rwxrwxrwx");
    for (int i = 0; i < letters.length(); i++) {
      if ((mode & 0400 >> i) == 0) {
        letters.setCharAt(i, '-');
      }
    }
    return PosixFilePermissions.fromString(letters.toString());
  }

  /** Fails unless a socket may be put in this place. */
  private static void requireFree(Path path) throws IOException {
    boolean answers;
    try {
      if (!isSocket(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(
            path + " exists and is not a socket; remove it, or name another path");
      }
      answers = UnixSocket.answers(path);
    } catch (NoSuchFileException e) {
      return;
    } catch (ErrnoException e) {
      throw new IOException(
          "%s exists, and it cannot be found out whether somebody listens there (%s); if nobody"
                  .formatted(path, e.errno())
              + " does, remove it",
          e);
    }
    if (answers) {
      throw new IOException(
          "somebody else listens on " + path + " already (is another server running?)");
    }
  }

  private static boolean isSocket(Path path, LinkOption... options) throws IOException {
    int mode = (int) Files.getAttribute(path, "unix:mode", options);
    return (mode & FILE_TYPE) == SOCKET;
  }

  private static Object inode(Path path, LinkOption... options) throws IOException {
    // Linux has one for each file.
    return Objects.requireNonNull(
        Files.readAttributes(path, BasicFileAttributes.class, options).fileKey());
  }
}
