package dev.carpool.server;

import dev.carpool.wire.proto.Hello;
import dev.carpool.wire.proto.Reply;
import dev.carpool.wire.proto.Request;
import dev.carpool.wire.proto.Restart;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** What the administration commands do, without them. */
final class AdminLine implements AutoCloseable {

  private final SocketChannel channel;
  private final InputStream in;
  private final OutputStream out;
  private int asked;

  AdminLine(Path runtimeDirectory) throws IOException {
    channel =
        SocketChannel.open(UnixDomainSocketAddress.of(runtimeDirectory.resolve("admin.sock")));
    in = Channels.newInputStream(channel);
    out = Channels.newOutputStream(channel);
    ask(Request.newBuilder().setHello(Hello.newBuilder().setVersion(1).setName("test")));
  }

  void restart(String app) throws IOException {
    ask(Request.newBuilder().setRestart(Restart.newBuilder().setApp(app)));
  }

  private void ask(Request.Builder request) throws IOException {
    asked++;
    request.setId(asked).build().writeDelimitedTo(out);
    out.flush();
    Reply reply = Reply.parseDelimitedFrom(in);
    if (reply == null || reply.hasError()) {
      throw new IOException("refused: " + reply);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
