package dev.carpool.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.eclipse.jetty.io.ByteBufferPool;
import org.jspecify.annotations.Nullable;

/**
 * A request's body: in memory while it is small, in a file when it is not.
 *
 * <p>The file has no name from the moment it is open, so that not even a crash leaves it behind.
 * One thread fills the body, then one reads it; {@link #close} may come from any, and later uses
 * fail.
 */
final class RequestBody implements AutoCloseable {

  /** The body is larger than the gateway takes. */
  static final class TooLarge extends IOException {
    TooLarge(long limit) {
      super("the body is larger than " + limit + " bytes");
    }
  }

  private final long limit;
  private final int memoryLimit;
  private final Path directory;

  private final PooledBytes memory; // guarded by this
  private volatile @Nullable FileChannel file;
  private volatile long length;
  private boolean closed;

  /**
   * An empty body.
   *
   * @param limit the most bytes it may have
   * @param memoryLimit the most bytes it may keep in memory
   * @param directory for its file
   * @param pool for what is in memory
   */
  RequestBody(long limit, int memoryLimit, Path directory, ByteBufferPool pool) {
    this.memory = new PooledBytes(pool);
    this.limit = limit;
    this.memoryLimit = memoryLimit;
    this.directory = directory;
  }

  long length() {
    return length;
  }

  boolean isInFile() {
    return file != null;
  }

  /** Adds bytes, and moves everything into a file when they become too many. */
  void append(ByteBuffer bytes) throws IOException {
    int more = bytes.remaining();
    long total = length + more;
    if (total > limit) {
      throw new TooLarge(limit);
    }
    if (file == null && total > memoryLimit) {
      moveIntoFile();
    }
    FileChannel now = file;
    if (now != null) {
      writeFully(now, bytes);
    } else {
      keep(bytes);
    }
    length = total;
  }

  private synchronized void moveIntoFile() throws IOException {
    FileChannel opened = open();
    memory.moveTo(bytes -> writeFully(opened, bytes));
  }

  /** Under the lock, as all use of the pool: what was released is another request's. */
  private synchronized void keep(ByteBuffer bytes) throws IOException {
    requireOpen();
    memory.append(bytes);
  }

  private synchronized int fromMemory(long position, int most, ByteBuffer into) throws IOException {
    requireOpen();
    return memory.read(position, most, into);
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("the request is over");
    }
  }

  /** Copies bytes from a position on. Returns how many, at least one before the body's end. */
  int read(long position, ByteBuffer into) throws IOException {
    int count = (int) Math.min(into.remaining(), length - position);
    FileChannel now = file;
    if (now == null) {
      return fromMemory(position, count, into);
    }
    int wanted = into.limit();
    into.limit(into.position() + count);
    try {
      int n = now.read(into, position);
      if (n <= 0) {
        throw new IOException("the file of a request's body lost its end");
      }
      return n;
    } finally {
      into.limit(wanted);
    }
  }

  private FileChannel open() throws IOException {
    requireOpen();
    Path path = Files.createTempFile(directory, "body", null); // mode 0600
    try {
      FileChannel opened =
          FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      file = opened;
      return opened;
    } finally {
      Files.delete(path);
    }
  }

  private static void writeFully(FileChannel file, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int ignored = file.write(bytes);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    memory.release();
    FileChannel open = file;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // It has no name and no reader: there is nothing to lose.
      }
    }
  }
}
