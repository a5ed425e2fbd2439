package dev.carpool.door;

import dev.carpool.api.ApplicationPool;
import dev.carpool.audit.AuditedPool;
import dev.carpool.channel.MessageChannel;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everybody who talks with the server: a thread each, and all of them ended together. */
public final class Reception implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Reception.class);
  private static final int STACK = 256 * 1024;

  private final ApplicationPool pool;
  private final ServerFacts facts;
  private final Runnable stop;
  private final EventLoop loop;
  private final Set<Conversation> conversations = ConcurrentHashMap.newKeySet();
  private final AtomicLong lastClient = new AtomicLong();
  private volatile boolean closed;

  /**
   * What the server says of itself, and what it does when nothing is said.
   *
   * @param version of the server
   * @param defaultTimeout of a get that names none
   */
  public record ServerFacts(String version, Duration defaultTimeout) {}

  /**
   * Opens the reception.
   *
   * @param stop shuts the server down, and returns at once
   */
  public Reception(ApplicationPool pool, ServerFacts facts, Runnable stop) throws IOException {
    this.pool = pool;
    this.facts = facts;
    this.stop = stop;
    loop = new EventLoop("replies", (thread, e) -> LOG.error("a reply could not be sent", e));
  }

  /** Like {@link #welcome(Descriptor, Guest)} for whoever has the server socket. */
  void welcome(Descriptor socket) {
    String name = nextName();
    begin(name, socket, new Guest(Rights.USE, () -> name));
  }

  /**
   * Begins a conversation, on a thread of its own.
   *
   * @param socket the server's end, taken over
   */
  void welcome(Descriptor socket, Guest guest) {
    begin(nextName(), socket, guest);
  }

  private String nextName() {
    return "client-" + lastClient.incrementAndGet();
  }

  private void begin(String name, Descriptor socket, Guest guest) {
    Conversation conversation =
        new Conversation(
            name,
            MessageChannel.ofServer(socket, loop),
            new AuditedPool(pool, guest.who()),
            facts,
            guest,
            stop);
    conversations.add(conversation);
    Thread.ofPlatform()
        .name(name)
        .daemon(true)
        .stackSize(STACK)
        .start(
            () -> {
              try {
                conversation.run();
              } finally {
                conversations.remove(conversation);
              }
            });
    if (closed) {
      conversation.end("the server stops");
    }
  }

  /**
   * Ends all conversations. What their clients waited for is withdrawn, their sessions are given
   * back.
   */
  @Override
  public void close() {
    closed = true;
    conversations.forEach(conversation -> conversation.end("the server stops"));
    loop.close();
  }
}
