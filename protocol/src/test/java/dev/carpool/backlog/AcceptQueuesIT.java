package dev.carpool.backlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.collect.ImmutableList;
import dev.carpool.descriptor.Census;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real queues, filled with a known number of connections. */
class AcceptQueuesIT {

  private static final int LIMIT = 2;
  private static final Duration SOON = Duration.ofSeconds(5);

  @TempDir Path temp;
  private final List<AutoCloseable> open = new ArrayList<>();
  private AcceptQueues queues;

  @BeforeEach
  void start() throws IOException {
    queues = AcceptQueues.open();
  }

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    queues.close();
  }

  private ServerSocketChannel listen(StandardProtocolFamily family, SocketAddress address)
      throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(family);
    open.add(server);
    return server.bind(address, LIMIT);
  }

  /** Begins to connect that often; says how many were told at once that they are connected. */
  private int connect(int times, SocketAddress address) throws IOException {
    int connected = 0;
    for (int i = 0; i < times; i++) {
      SocketChannel client =
          address instanceof UnixDomainSocketAddress
              ? SocketChannel.open(StandardProtocolFamily.UNIX)
              : SocketChannel.open();
      open.add(client);
      client.configureBlocking(false);
      try {
        connected += client.connect(address) ? 1 : 0;
      } catch (SocketException full) {
        assertThat(full).hasMessageContaining("temporarily unavailable");
      }
    }
    return connected;
  }

  private AcceptQueue one(String name) throws IOException {
    AcceptQueues.Listing listing = queues.lookClosely();
    assertThat(listing.unseen()).isEmpty();
    ImmutableList<AcceptQueue> found = ListenerName.parse(name).among(listing.queues());
    assertThat(found).as(name).hasSize(1);
    return found.getFirst();
  }

  @Test
  void leaveNothingOpen() throws Exception {
    Census before = Census.take();
    try (AcceptQueues more = AcceptQueues.open()) {
      assertThat(more.look().unseen()).isEmpty();
    }
    Census.assertSameAs(before);
  }

  @Test
  void aUnixSocketHoldsOneMoreThanItsLimitAndThenTheNextHasToWait() throws Exception {
    SocketAddress address = UnixDomainSocketAddress.of(temp.resolve("x.sock"));
    String name = "unix:" + temp.resolve("x.sock");
    ServerSocketChannel server = listen(StandardProtocolFamily.UNIX, address);
    assertThat(one(name)).matches(queue -> queue.waiting() == 0 && queue.limit() == LIMIT);

    assertThat(connect(5, address)).isEqualTo(3);

    AcceptQueue full = one(name);
    assertThat(full.waiting()).isEqualTo(3);
    assertThat(full.full()).isTrue();
    assertThat(full.percent()).isEqualTo(100);
    open.add(server.accept());
    assertThat(one(name).waiting()).isEqualTo(2);
    assertThat(one(name).full()).isFalse();
  }

  @Test
  void aUnixSocketThatWasRenamedIsKnownByItsNewName() throws Exception {
    listen(StandardProtocolFamily.UNIX, UnixDomainSocketAddress.of(temp.resolve("old.sock")));
    Files.move(temp.resolve("old.sock"), temp.resolve("new.sock"));

    assertThat(one("unix:" + temp.resolve("new.sock")).address())
        .hasToString("unix:" + temp.resolve("new.sock"));
  }

  @Test
  void aUnixSocketWhoseFileIsGoneIsKnownByTheNameItWasBoundTo() throws Exception {
    listen(StandardProtocolFamily.UNIX, UnixDomainSocketAddress.of(temp.resolve("gone.sock")));
    Files.delete(temp.resolve("gone.sock"));

    assertThat(one("unix:" + temp.resolve("gone.sock")).limit()).isEqualTo(LIMIT);
  }

  @Test
  void ofTcpIsCountedWithWhatWasDropped() throws Exception {
    for (String host : List.of("127.0.0.1", "::1")) {
      ServerSocketChannel server =
          listen(
              host.contains(":") ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET,
              new InetSocketAddress(InetAddress.getByName(host), 0));
      InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
      String name = new ListenerAddress.Tcp(address.getAddress(), address.getPort()).toString();
      OverflowCounters counters = OverflowCounters.read();

      int unused = connect(5, address);

      await(name + " is full").atMost(SOON).until(() -> one(name).waiting() == 3);
      await(name + " drops").atMost(SOON).until(() -> one(name).drops() >= 2);
      assertThat(one(name).full()).isTrue();
      assertThat(one(name).limit()).isEqualTo(LIMIT);
      assertThat(OverflowCounters.read().overflows() - counters.overflows())
          .isGreaterThanOrEqualTo(2);
      assertThat(unused).isLessThanOrEqualTo(5);
    }
  }

  /**
   * What Java has no words for: an abstract name, and TCP that accepts only after the first byte.
   */
  @Test
  void ofAnotherProcessAreSeenAndItsSynQueue() throws Exception {
    Process other =
        new ProcessBuilder("python3", "-c", OTHER)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    open.add(other::destroyForcibly);
    open.add(other.getOutputStream());
    String[] words = other.inputReader(UTF_8).readLine().split(" ");
    open.add(other.getInputStream());

    AcceptQueue hidden = one("unix:@carpool-test-" + other.pid());
    assertThat(hidden.limit()).isEqualTo(7);
    assertThat(one("tcp:" + words[0]).halfOpen()).isEqualTo(2);
    assertThat(one("tcp:" + words[1]).halfOpen()).as("IPv4 and IPv6").isEqualTo(2);
    Owners owners = new Owners();
    owners.find(List.of(hidden));
    assertThat(owners.of(hidden)).isEqualTo(new Owners.Owner(other.pid(), "python3"));
  }

  private static final String OTHER =
      """
      import os, socket, sys
      hidden = socket.socket(socket.AF_UNIX)
      hidden.bind("\\0carpool-test-%d" % os.getpid())
      hidden.listen(7)
      def deferred(family, host):
          server = socket.socket(family)
          server.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)
          server.bind((host, 0))
          server.listen(2)
          return server, server.getsockname()[1]
      four, port4 = deferred(socket.AF_INET, "0.0.0.0")
      six, port6 = deferred(socket.AF_INET6, "::")
      clients = [socket.create_connection(("127.0.0.1", port4)) for _ in range(2)]
      clients += [socket.create_connection((host, port6)) for host in ("127.0.0.1", "::1")]
      print(port4, port6, flush=True)
      sys.stdin.read()
      """;

  @Test
  void aLookFromManyThreadsIsAnsweredToEach() throws Exception {
    SocketAddress address = UnixDomainSocketAddress.of(temp.resolve("x.sock"));
    listen(StandardProtocolFamily.UNIX, address);
    String name = "unix:" + temp.resolve("x.sock");
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      for (int j = 0; j < 200; j++) {
                        assertThat(one(name).limit()).isEqualTo(LIMIT);
                      }
                    } catch (IOException | RuntimeException | AssertionError e) {
                      synchronized (failures) {
                        failures.add(e);
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
  }
}
