package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A connected stream socket as Java's streams and channel, all three on one owned descriptor.
 *
 * <p>One thread may read while another writes. Waiting is done in poll(2), so that it does not
 * matter whether the descriptor blocks.
 */
public final class Connection implements AutoCloseable {

  private static final int CHUNK = 16 * 1024;

  private final Descriptor descriptor;
  private final InputStream input = new Input();
  private final OutputStream output = new Output();
  private final ByteChannel channel = new Channel();

  // Native memory for one chunk a direction, made when first used; the garbage collector frees it.
  private @Nullable MemorySegment readChunk;
  private @Nullable MemorySegment writeChunk;

  /** Takes over the descriptor: closing the connection closes it. */
  public Connection(Descriptor descriptor) {
    this.descriptor = descriptor;
  }

  public Descriptor descriptor() {
    return descriptor;
  }

  public InputStream input() {
    return input;
  }

  /** The writing direction; closing this stream ends that direction alone. */
  public OutputStream output() {
    return output;
  }

  public ByteChannel channel() {
    return channel;
  }

  @Override
  public void close() {
    descriptor.close();
  }

  private synchronized MemorySegment readChunk() {
    if (readChunk == null) {
      readChunk = Arena.ofAuto().allocate(CHUNK);
    }
    return readChunk;
  }

  private synchronized MemorySegment writeChunk() {
    if (writeChunk == null) {
      writeChunk = Arena.ofAuto().allocate(CHUNK);
    }
    return writeChunk;
  }

  private int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    MemorySegment chunk = readChunk().asSlice(0, Math.min(length, CHUNK));
    int n = descriptor.read(chunk);
    while (n == Descriptor.WOULD_BLOCK) {
      descriptor.await(Readiness.READABLE, null);
      n = descriptor.read(chunk);
    }
    if (n > 0) {
      MemorySegment.copy(chunk, JAVA_BYTE, 0, into, offset, n);
    }
    return n;
  }

  private void write(byte[] from, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      int size = Math.min(length - done, CHUNK);
      MemorySegment chunk = writeChunk().asSlice(0, size);
      MemorySegment.copy(from, offset + done, chunk, JAVA_BYTE, 0, size);
      writeFully(chunk);
      done += size;
    }
  }

  private void writeFully(MemorySegment chunk) throws IOException {
    long sent = 0;
    while (sent < chunk.byteSize()) {
      int n = descriptor.send(chunk.asSlice(sent), null);
      if (n == Descriptor.WOULD_BLOCK) {
        descriptor.await(Readiness.WRITABLE, (Duration) null);
      } else {
        sent += n;
      }
    }
  }

  private final class Input extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return Connection.this.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      return Connection.this.read(into, offset, length);
    }

    @Override
    public void close() {
      Connection.this.close();
    }
  }

  private final class Output extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      Connection.this.write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      Connection.this.write(from, offset, length);
    }

    @Override
    public void close() throws IOException {
      if (descriptor.isOpen()) {
        descriptor.shutdownOutput();
      }
    }
  }

  private final class Channel implements ByteChannel {
    @Override
    public int read(ByteBuffer into) throws IOException {
      byte[] bytes = new byte[Math.min(into.remaining(), CHUNK)];
      int n = Connection.this.read(bytes, 0, bytes.length);
      if (n > 0) {
        into.put(bytes, 0, n);
      }
      return n;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      byte[] bytes = new byte[from.remaining()];
      from.get(bytes);
      Connection.this.write(bytes, 0, bytes.length);
      return bytes.length;
    }

    @Override
    public boolean isOpen() {
      return descriptor.isOpen();
    }

    @Override
    public void close() {
      Connection.this.close();
    }
  }
}
