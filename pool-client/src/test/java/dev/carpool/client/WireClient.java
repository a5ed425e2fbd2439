package dev.carpool.client;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.carpool.channel.MessageChannel;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.wire.Frame;
import dev.carpool.wire.MalformedFrameException;
import dev.carpool.wire.proto.Hello;
import dev.carpool.wire.proto.Reply;
import dev.carpool.wire.proto.Request;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A connection on which anything may be said, right or wrong. */
final class WireClient implements AutoCloseable {

  static final Request HELLO =
      Request.newBuilder()
          .setId(1)
          .setHello(Hello.newBuilder().setVersion(1).setName("wire"))
          .build();

  private static final Duration SOON = Duration.ofSeconds(15);

  private final MessageChannel<Reply, Request> channel;

  private WireClient(Descriptor connection) {
    channel = MessageChannel.ofClient(connection);
  }

  /** Takes a connection, and says nothing on it. */
  static WireClient silent(ServerUnderTest server) throws IOException {
    Descriptor socket = server.process().socket().descriptor();
    try (Arena arena = Arena.ofConfined()) {
      var one = arena.allocateFrom(JAVA_BYTE, (byte) 'w');
      socket.send(one, null);
      Descriptor connection = socket.receive(one).descriptor();
      if (connection == null) {
        throw new IOException("the server gave no connection");
      }
      return new WireClient(connection);
    }
  }

  /** Takes a connection and is welcome on it. */
  static WireClient greeted(ServerUnderTest server) throws IOException {
    WireClient client = silent(server);
    Reply welcome = client.ask(HELLO);
    if (!welcome.hasWelcome()) {
      throw new IOException("the server did not say welcome: " + welcome);
    }
    return client;
  }

  Descriptor connection() {
    return channel.socket();
  }

  void write(byte... bytes) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      connection().writeFully(arena.allocateFrom(JAVA_BYTE, bytes));
    }
  }

  void send(Request request) throws IOException {
    write(Frame.of(request));
  }

  Reply ask(Request request) throws IOException {
    send(request);
    Reply reply = receive();
    if (reply == null) {
      throw new IOException("the server hung up");
    }
    return reply;
  }

  /** The next reply, or null if the server has hung up. */
  @Nullable Reply receive() throws IOException {
    return channel.receive(SOON);
  }

  /** The descriptor that came with the reply. */
  Descriptor takeDescriptor() throws MalformedFrameException {
    return channel.takeDescriptor();
  }

  @Override
  public void close() {
    channel.close();
  }
}
