package dev.carpool.channel;

import dev.carpool.descriptor.GroupAccess;
import dev.carpool.descriptor.LockHolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The directory where one running server is found: its admin socket, its status FIFO, its lock.
 *
 * <p>Its owner alone may enter it (mode 0700), or with a group of lookers that group, too (0710):
 * it can open what it knows by name and what it is allowed there, which is the admin socket and the
 * status FIFO. It is never in /tmp, where anybody could have been first. Immutable; safe in any
 * thread.
 */
public final class RuntimeDirectory {

  /** What names the directory when no option does. */
  public static final String VARIABLE = "CARPOOL_RUNTIME_DIR";

  /** A Unix socket's path may have this many bytes; the kernel's sun_path holds one more. */
  static final int MAX_SOCKET_PATH = 107;

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  /** What a server with a look group leaves. The group cannot have put anything there. */
  private static final String GROUP_ENTERS = "rwx--x---";

  private static final String LOCK = "lock";

  /** What this very process holds, since to ask the kernel for it would be to lose it. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;

  private RuntimeDirectory(Path path) {
    this.path = path;
  }

  /**
   * The directory that the option, the environment and the user of this process lead to. Nothing is
   * made.
   *
   * @param option what {@code --runtime-dir} says; null if it was not given
   * @throws IOException if nothing leads to a directory; the message says what to do
   */
  public static RuntimeDirectory find(@Nullable Path option) throws IOException {
    return find(option, System.getenv(), effectiveUser());
  }

  static RuntimeDirectory find(@Nullable Path option, Map<String, String> environment, int user)
      throws IOException {
    if (option != null) {
      return new RuntimeDirectory(option.toAbsolutePath().normalize());
    }
    Path named = absolute(environment.get(VARIABLE));
    if (named != null) {
      return new RuntimeDirectory(named);
    }
    if (user == 0) {
      return new RuntimeDirectory(Path.of("/run/carpool"));
    }
    Path session = absolute(environment.get("XDG_RUNTIME_DIR"));
    if (session != null) {
      return new RuntimeDirectory(session.resolve("carpool"));
    }
    Path home = absolute(environment.get("HOME"));
    if (home != null) {
      return new RuntimeDirectory(home.resolve(".cache").resolve("carpool"));
    }
    throw new IOException(
        "there is no place for the runtime directory: neither "
            + VARIABLE
            + " nor XDG_RUNTIME_DIR nor HOME is set; name one with --runtime-dir");
  }

  private static int effectiveUser() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("Uid:")) {
        return Integer.parseInt(line.split("\\s+")[2]);
      }
    }
    throw new IOException("/proc/self/status does not say whose this process is");
  }

  /** What a variable says, made absolute; null if it says nothing. */
  private static @Nullable Path absolute(@Nullable String value) {
    return value == null || value.isBlank() ? null : Path.of(value).toAbsolutePath().normalize();
  }

  public Path path() {
    return path;
  }

  /** The Unix socket on which the administration commands are answered. */
  public Path adminSocket() {
    return path.resolve("admin.sock");
  }

  /** The FIFO that says the status to whoever opens it. */
  public Path statusFifo() {
    return path.resolve("status.fifo");
  }

  /** The file with what allows to change over HTTP; there while the admin listener is. */
  public Path adminToken() {
    return path.resolve("admin.token");
  }

  /**
   * Makes the directory if it is missing, and its missing parents, for the owner alone. One that a
   * group could enter is its owner's alone again.
   *
   * @return this
   * @throws IOException if it cannot be made, or others could enter or replace what is in it
   */
  public RuntimeDirectory create() throws IOException {
    int bytes = adminSocket().toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_SOCKET_PATH) {
      throw new IOException(
          "%s is too long for a socket: %d bytes, but at most %d are possible; choose a shorter place with --runtime-dir"
              .formatted(adminSocket(), bytes, MAX_SOCKET_PATH));
    }
    FileAttribute<Set<PosixFilePermission>> mode = PosixFilePermissions.asFileAttribute(OWNER_ONLY);
    try {
      Path parent = path.getParent();
      if (parent != null) {
        Files.createDirectories(parent, mode);
      }
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        makeUnlessThere(mode);
      }
    } catch (IOException e) {
      throw new IOException(
          "cannot make the runtime directory %s (%s); choose another with --runtime-dir"
              .formatted(path, e),
          e);
    }
    check();
    return this;
  }

  private void makeUnlessThere(FileAttribute<Set<PosixFilePermission>> mode) throws IOException {
    try {
      Files.createDirectory(path, mode);
    } catch (FileAlreadyExistsException e) {
      // Made by somebody in this instant; by whom, is looked at next.
    }
  }

  private void check() throws IOException {
    PosixFileAttributes found =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes();
    if (!found.isDirectory()) {
      throw new IOException(
          "%s is not a directory; choose another with --runtime-dir".formatted(path));
    }
    // Compared by number: a name may have no entry in the password file.
    Object owner = Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    if (!owner.equals(effectiveUser())) {
      throw new IOException(
          "%s belongs to %s, not to this user; choose another with --runtime-dir"
              .formatted(path, found.owner().getName()));
    }
    if (found.permissions().equals(PosixFilePermissions.fromString(GROUP_ENTERS))) {
      admit(OptionalLong.empty());
    } else if (!OWNER_ONLY.containsAll(found.permissions())) {
      throw new IOException(
          "%s can be entered by others (%s); do `chmod 700 %s` or choose another with --runtime-dir"
              .formatted(path, PosixFilePermissions.toString(found.permissions()), path));
    }
  }

  /**
   * Lets a group enter, or nobody but the owner.
   *
   * @param group its number
   * @throws IOException if this user may not; the message says what to do
   */
  public void admit(OptionalLong group) throws IOException {
    GroupAccess.set(path, group, GROUP_ENTERS);
  }

  /**
   * Whether a server lives that has this directory: whether somebody holds its lock, which nobody
   * dead can.
   *
   * @return also false if this user may not know
   */
  public boolean isServed() {
    if (HELD.contains(path)) {
      return true;
    }
    try {
      return LockHolder.of(path.resolve(LOCK)).isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Takes the directory for this process, and removes what a server that is dead has left in it.
   *
   * @throws IOException if another server has it; the message says which
   */
  public Lock lock() throws IOException {
    if (!HELD.add(path)) {
      throw taken("" + ProcessHandle.current().pid());
    }
    try {
      return lockFile();
    } catch (IOException | RuntimeException e) {
      HELD.remove(path);
      throw e;
    }
  }

  private Lock lockFile() throws IOException {
    FileChannel channel =
        FileChannel.open(
            path.resolve(LOCK),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      if (channel.tryLock() == null) {
        throw taken(holder(channel));
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)),
          0);
      Files.deleteIfExists(adminSocket());
      Files.deleteIfExists(statusFifo());
      Files.deleteIfExists(adminToken());
      return new Lock(this, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private IOException taken(String pid) {
    return new IOException(
        "Carpool (pid %s) runs already in %s; choose another with --runtime-dir"
            .formatted(pid, path));
  }

  /** The pid in the lock file, or a question mark in the instant before it is written. */
  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(20);
    channel.read(pid, 0);
    String text = new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII).strip();
    return text.isEmpty() ? "?" : text;
  }

  @Override
  public String toString() {
    return path.toString();
  }

  /** The right to be the server in a directory. The kernel gives it back when the process ends. */
  public static final class Lock implements AutoCloseable {
    private final RuntimeDirectory directory;
    private final FileChannel channel;

    private Lock(RuntimeDirectory directory, FileChannel channel) {
      this.directory = directory;
      this.channel = channel;
    }

    /** Removes the socket and the FIFO, then lets the next server in. */
    @Override
    public void close() throws IOException {
      if (!channel.isOpen()) {
        return;
      }
      // The lock file stays: removing it could let two servers lock two files of that name.
      try (channel) {
        Files.deleteIfExists(directory.adminSocket());
        Files.deleteIfExists(directory.statusFifo());
        Files.deleteIfExists(directory.adminToken());
        channel.truncate(0);
      } finally {
        HELD.remove(directory.path);
      }
    }
  }
}
