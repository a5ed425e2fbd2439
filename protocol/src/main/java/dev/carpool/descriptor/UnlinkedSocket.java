package dev.carpool.descriptor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A listening Unix socket without a name, so that nobody connects to it but whoever has this.
 *
 * <p>A socket needs a name to be bound to, but only for a moment: what stands for its file leads to
 * it also when the file is gone. (A name of the abstract namespace could be used by everybody.)
 *
 * @param listening blocking; for the process that accepts, closed as soon as that has its own
 * @param file by which it is connected to
 */
public record UnlinkedSocket(Descriptor listening, Descriptor file) implements AutoCloseable {

  private static final int BACKLOG = 128;

  /** Listens. */
  public static UnlinkedSocket open() throws IOException {
    Path folder = Files.createTempDirectory("carpool-"); // its owner's alone
    Path path = folder.resolve("s");
    try {
      Descriptor listening = UnixSocket.listen(path, BACKLOG);
      try {
        return new UnlinkedSocket(listening, NamedPipe.reference(path));
      } catch (IOException e) {
        listening.close();
        throw e;
      }
    } finally {
      Files.deleteIfExists(path);
      Files.deleteIfExists(folder);
    }
  }

  /**
   * Connects without waiting, as {@link UnixSocket#connect}.
   *
   * @return non-blocking, and the caller's
   */
  public Descriptor connect() throws IOException {
    return UnixSocket.connectNonBlocking(NamedPipe.pathOf(file));
  }

  @Override
  public void close() {
    listening.close();
    file.close();
  }
}
