package dev.carpool.live;

import dev.carpool.api.Session;
import dev.carpool.descriptor.Connection;
import dev.carpool.descriptor.Descriptor;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ByteChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** A session of the pool in this process: one end of the connection, and word of how it ended. */
public final class LiveSession implements Session {

  /** What became of the other end. */
  public enum Ending {
    /** The process has written all of its response. */
    COMPLETE,
    /** The process says that its response is not whole. */
    CUT_SHORT,
    /** The process is gone without a word about it. */
    LOST
  }

  private final long id;
  private final long pid;
  private final Connection connection;
  private final Runnable giveBack;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean overdue;
  private final CompletableFuture<Ending> ending = new CompletableFuture<>();

  /**
   * Wraps one end of a connection that was handed over.
   *
   * @param connection this end, owned by the session
   * @param giveBack tells the pool that the holder is done; run once
   */
  public LiveSession(long id, long pid, Descriptor connection, Runnable giveBack) {
    this.id = id;
    this.pid = pid;
    this.connection = new Connection(connection);
    this.giveBack = giveBack;
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public String protocol() {
    return "scgi";
  }

  /** The descriptor behind the streams; the session keeps the ownership. */
  public Descriptor descriptor() {
    return connection.descriptor();
  }

  /**
   * Completes when the process has said what became of the session, or is gone. The process says it
   * before it closes the connection, so after the end of the stream this is a matter of
   * microseconds.
   */
  public CompletableFuture<Ending> ending() {
    return ending;
  }

  /** Whether its process was ended because the session took longer than it may. */
  public boolean isOverdue() {
    return overdue;
  }

  void becomeOverdue() {
    overdue = true;
  }

  @Override
  public ByteChannel channel() {
    return connection.channel();
  }

  @Override
  public InputStream input() {
    return connection.input();
  }

  @Override
  public OutputStream output() {
    return connection.output();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      connection.close();
      giveBack.run();
    }
  }
}
