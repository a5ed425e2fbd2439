package dev.carpool.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carpool.server.Visits.Visit;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Changes of everything while visitors come through nginx and Apache: none of them may fail. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FrontChangeIT {

  private static final int PROCESSES = 3;
  private static final Duration SOON = Duration.ofSeconds(10);

  private Site site;
  private List<WebServer> servers;
  private Map<String, Long> open;

  @BeforeAll
  void start() throws Exception {
    Nginx.assumeInstalled();
    Apache.assumeInstalled();
    site = Site.open(FrontChangeIT::small);
    servers = site.both();
    open = site.quiet(servers.getFirst(), PROCESSES);
  }

  @AfterAll
  void stop() throws IOException {
    if (site != null) {
      site.close();
    }
  }

  private static String small(String text) {
    return Site.limited(text, PROCESSES, 100);
  }

  private interface Change {
    void make() throws Exception;
  }

  /** Makes changes while eight visitors come as fast as they are served. */
  private void underLoad(String what, Change change) throws Exception {
    try (Visits coming = new Visits(site, servers, "/sleep?s=0.01").endless(8)) {
      change.make();
      List<Visit> visits = coming.await();
      System.out.printf(
          "%s under load: %d of %d failed; %d kept connections had been closed; silence of %d ms%n",
          what,
          Visits.failed(visits).size(),
          visits.size(),
          coming.stale(),
          Visits.longestSilence(visits));
      assertThat(Visits.failed(visits)).isEmpty();
      assertThat(visits).hasSizeGreaterThan(100);
    }
    site.quiet(servers.getFirst(), PROCESSES);
    site.carpool().awaitDescriptors(open);
  }

  @Test
  void twentyRestartsLoseNothing() throws Exception {
    int before = generation();
    underLoad(
        "20 restarts",
        () -> {
          try (AdminLine admin = new AdminLine(site.carpool().runtimeDirectory())) {
            for (int i = 0; i < 20; i++) {
              admin.restart("blog");
              Thread.sleep(500);
            }
          }
        });
    assertThat(generation()).isEqualTo(before + 20);
  }

  private int generation() throws IOException {
    return site.carpool().figure("  generation");
  }

  @Test
  void reloadsOfTheWebServersLoseNothing() throws Exception {
    underLoad(
        "5 reloads of nginx and of Apache",
        () -> {
          for (int i = 0; i < 5; i++) {
            List<Long> before = List.copyOf(servers.getFirst().pids());
            for (WebServer server : servers) {
              server.reload();
            }
            Thread.sleep(800);
            assertThat(servers.getFirst().pids()).as("new workers").isNotEqualTo(before);
          }
        });
  }

  @Test
  void changesOfTheConfigurationLoseNothingAndKeepTheListeningSocket() throws Exception {
    Object inode = site.inode("blog");
    underLoad("Changes of carpool.toml", this::changeEverything);
    assertThat(site.inode("blog")).isEqualTo(inode);
  }

  private void changeEverything() throws Exception {
    site.reconfigure(after(text -> text.replace("max = 3", "max = 2")));
    site.carpool().awaitFigure("max", 2);
    site.reconfigure(after(text -> text.replace("min = 1", "env = { MODE = \"new\" }\nmin = 1")));
    for (WebServer server : servers) {
      try (WebClient visitor = site.visitor(server)) {
        await("a new process").atMost(SOON).until(() -> visitor.get("/mode").body().equals("new"));
      }
    }

    Path shop = site.socket("shop");
    for (int i = 0; i < 3; i++) {
      site.reconfigure(after(text -> text + section(text, "shop")));
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(shop)))
          .isEqualTo("rw-rw----");
      assertThat(scgi(shop)).startsWith("Status: 200 OK\r\n");
      site.reconfigure(after(text -> text.replace("\"0660\"", "\"0666\"")));
      await("no socket").atMost(SOON).until(() -> Files.notExists(shop));
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(site.socket("blog"))))
          .isEqualTo("rw-rw-rw-");
    }

    site.configure(after(text -> text.replace("max = 3", "max = 0")));
    site.carpool().signal("HUP");
    site.carpool().awaitLog("the configuration stays as it was");
    site.reconfigure(after(text -> text));
    site.carpool().awaitFigure("max", PROCESSES);
  }

  private static UnaryOperator<String> after(UnaryOperator<String> change) {
    return text -> change.apply(small(text));
  }

  /** The section of the wiki, for another application. */
  private static String section(String text, String name) {
    return "\n"
        + text.substring(text.indexOf("[app.wiki]"))
            .replace("[app.wiki]", "[app." + name + "]")
            .replace("wiki.sock", name + ".sock");
  }

  /** What an application answers whoever connects to its socket. */
  private static String scgi(Path socket) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      String head = "CONTENT_LENGTH\0" + "0\0SCGI\0" + "1\0PATH_INFO\0/pid\0";
      channel.write(UTF_8.encode(head.length() + ":" + head + ","));
      return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
    }
  }

  @Test
  void aSocketThatTheWebServerMayNotUseIsInItsErrorLog() throws Exception {
    Assumptions.assumeTrue(Site.isRoot(), "for root a web server is another user");
    site.reconfigure(after(text -> text.replace("\"0660\"", "\"0600\"")));
    for (WebServer server : servers) {
      try (WebClient visitor = site.visitor(server)) {
        assertThat(visitor.get("/pid").status()).isEqualTo(server instanceof Nginx ? 502 : 503);
      }
      assertThat(server.errors()).containsPattern("13\\)|\\(13: ").contains("Permission denied");
    }
    site.reconfigure(FrontChangeIT::small);
    for (WebServer server : servers) {
      try (WebClient visitor = site.visitor(server)) {
        assertThat(visitor.get("/pid").status()).isEqualTo(200);
      }
    }
  }
}
