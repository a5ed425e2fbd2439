package dev.carpool.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.base.Splitter;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What visitors of nginx and of Apache get from an application, and what it is told of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FrontRequestsIT {

  private static final String INTRANET = "intranet.example.com";
  private static final int PIECES = 1 << 14; // of 64 KiB: 1 GiB

  private Site site;
  private List<WebServer> servers;
  private long connections;

  @BeforeAll
  void start() throws Exception {
    Nginx.assumeInstalled();
    Apache.assumeInstalled();
    site = Site.open();
    servers = site.both();
    site.quiet(servers.getFirst(), 6);
    connections = connections(site);
  }

  @AfterAll
  void stop() throws Exception {
    if (site == null) {
      return;
    }
    try (Site closing = site) {
      await("no connection is left")
          .atMost(Duration.ofSeconds(5))
          .untilAsserted(() -> assertThat(connections(closing)).isEqualTo(connections));
    }
  }

  /** Carpool's sockets besides the one that it has for each process and preloader. */
  private static long connections(Site site) throws IOException {
    return site.carpool().descriptors().getOrDefault("socket", 0L) - site.helpers().size();
  }

  List<WebServer> servers() {
    return servers;
  }

  private Map<String, String> environ(WebServer server, String host, String path)
      throws IOException {
    try (WebClient visitor = site.visitor(server, host)) {
      WebClient.Answer answer = visitor.get(path);
      assertThat(answer.status()).as(path).isEqualTo(200);
      return told(answer);
    }
  }

  private static Map<String, String> told(WebClient.Answer answer) {
    return Splitter.on('\n')
        .omitEmptyStrings()
        .withKeyValueSeparator(Splitter.on('=').limit(2))
        .split(answer.body());
  }

  /** SCRIPT_NAME, PATH_INFO and QUERY_STRING, as WSGI has them: a character is a byte. */
  private List<String> path(WebServer server, String host, String path) throws IOException {
    Map<String, String> told = environ(server, host, path);
    return List.of(told.get("SCRIPT_NAME"), told.get("PATH_INFO"), told.get("QUERY_STRING"));
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("servers")
  void atTheRootThePathIsTheApplications(WebServer server) throws Exception {
    String host = "www.example.com";
    assertThat(path(server, host, "/")).containsExactly("", "/", "");
    assertThat(path(server, host, "/a/b?c=%20d&e")).containsExactly("", "/a/b", "c=%20d&e");
    assertThat(path(server, host, "/a%20b/%C3%BC/%25?q=%2F"))
        .containsExactly("", "/a b/\u00c3\u00bc/%", "q=%2F");
    assertThat(path(server, host, "/a//b/./c/../d;x=1,2"))
        .as("resolved, so that it is the path that the web server's rules were for")
        .containsExactly("", "/a/b/d;x=1,2", "");
    assertThat(path(server, host, "/x/%2e%2e/y?/z")).containsExactly("", "/y", "/z");
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("servers")
  void atASubPathTheApplicationIsToldWhichPartOfThePathIsItsOwn(WebServer server) throws Exception {
    assertThat(path(server, INTRANET, "/blog/")).containsExactly("/blog", "/", "");
    assertThat(path(server, INTRANET, "/blog/a%20b/%C3%BC?q=1"))
        .containsExactly("/blog", "/a b/\u00c3\u00bc", "q=1");
    assertThat(path(server, INTRANET, "/blog/blog/blog"))
        .containsExactly("/blog", "/blog/blog", "");
    assertThat(path(server, INTRANET, "/blog//x/%2e%2e/y?q")).containsExactly("/blog", "/y", "q");
    assertThat(path(server, INTRANET, "/wiki/x")).containsExactly("/wiki", "/x", "");
    assertThat(environ(server, INTRANET, "/wiki/x").get("CARPOOL_APP")).isNull();
    try (WebClient visitor = site.visitor(server, INTRANET)) {
      assertThat(visitor.get("/blogger").status()).isEqualTo(404);
      WebClient.Answer redirect = visitor.get("/blog/redirect");
      assertThat(redirect.status()).isEqualTo(302);
      assertThat(redirect.header("location")).endsWith("/blog/pid?from=redirect");
      WebClient.Answer bare = visitor.get("/blog");
      if (bare.status() == 200) {
        assertThat(path(server, INTRANET, "/blog")).containsExactly("/blog", "", "");
      } else {
        assertThat(bare.header("location")).endsWith("/blog/");
      }
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("servers")
  void theApplicationIsToldWhoAsksAndHow(WebServer server) throws Exception {
    Map<String, String> plain = environ(server, "www.example.com", "/environ");
    assertThat(plain.get("REMOTE_ADDR")).isEqualTo("127.0.0.1");
    assertThat(plain.get("REQUEST_METHOD")).isEqualTo("GET");
    assertThat(plain.get("SERVER_PROTOCOL")).isEqualTo("HTTP/1.1");
    assertThat(plain.get("SERVER_NAME")).isEqualTo("www.example.com");
    assertThat(plain.get("HTTP_HOST")).isEqualTo("www.example.com");
    assertThat(plain.get("wsgi.url_scheme")).isEqualTo("http");
    assertThat(plain.get("HTTPS")).isNull();
    try (WebClient visitor = site.secureVisitor(server)) {
      Map<String, String> secure = told(visitor.get("/a"));
      assertThat(secure.get("wsgi.url_scheme")).isEqualTo("https");
      assertThat(secure.get("HTTPS")).isEqualTo("on");
      assertThat(secure.get("PATH_INFO")).isEqualTo("/a");
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("servers")
  void aBodyOf10MegabytesComesWhole(WebServer server) throws Exception {
    byte[] body = new byte[10 << 20];
    new Random(3).nextBytes(body);
    String digest = Hashing.sha256().hashBytes(body).toString();
    try (WebClient visitor = site.visitor(server);
        WebClient secure = site.secureVisitor(server)) {
      for (WebClient client : List.of(visitor, visitor, secure)) {
        WebClient.Answer answer = client.post("/digest", body);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(digest);
      }
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("servers")
  void headersOfTheResponseComeAsTheApplicationWroteThem(WebServer server) throws Exception {
    try (WebClient visitor = site.visitor(server)) {
      WebClient.Answer head = visitor.head("/pid");
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.length()).isZero();

      WebClient.Answer redirect = visitor.get("/redirect");
      assertThat(redirect.status()).isEqualTo(302);
      assertThat(redirect.header("location")).endsWith("/pid?from=redirect");

      WebClient.Answer cookies = visitor.get("/cookies", "Cookie", "c=3; d=4");
      assertThat(cookies.headers().get("set-cookie"))
          .containsExactly("a=1; Path=/", "b=2; HttpOnly");
      assertThat(cookies.body()).isEqualTo("c=3; d=4");

      WebClient.Answer fresh = visitor.get("/cached");
      assertThat(fresh.status()).isEqualTo(200);
      assertThat(fresh.header("etag")).isEqualTo("\"v1\"");
      WebClient.Answer cached = visitor.get("/cached", "If-None-Match", "\"v1\"");
      assertThat(cached.status()).isEqualTo(304);
      assertThat(cached.header("etag")).isEqualTo("\"v1\"");
      assertThat(visitor.get("/pid").status()).as("on the same connection").isEqualTo(200);
      assertThat(visitor.stale()).isZero();
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("servers")
  void filesNeedNoProcess(WebServer server) throws Exception {
    try (WebClient visitor = site.visitor(server)) {
      WebClient.Answer file = visitor.get("/static/site.css");
      assertThat(file.body()).isEqualTo("/* of blog */");
      assertThat(file.header("etag")).isNotEmpty();
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("servers")
  void aHundredVisitorsAtOnceAreServed(WebServer server) throws Exception {
    try (Visits visits = new Visits(site, List.of(server), "/sleep?s=0.01")) {
      assertThat(Visits.failed(visits.burst(100).await())).isEmpty();
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("servers")
  void aResponseOf1GiBTakesNoMemory(WebServer server) throws Exception {
    try (WebClient visitor = site.visitor(server)) {
      assertThat(visitor.skim("/big?pieces=64").length()).isEqualTo(64 << 16);
      Map<Long, Long> before = memory(server);
      long start = System.nanoTime();
      assertThat(visitor.skim("/big?pieces=" + PIECES).length()).isEqualTo((long) PIECES << 16);
      double seconds = (System.nanoTime() - start) / 1e9;
      Map<Long, Long> more = new TreeMap<>();
      memory(server).forEach((pid, peak) -> more.put(pid, peak - before.getOrDefault(pid, peak)));
      System.out.printf(
          "1 GiB through %s in %.1f s; KiB more than before at the most, by pid: %s%n",
          server, seconds, more);
      assertThat(more.values()).allSatisfy(kib -> assertThat(kib).isLessThan(24 << 10));
    }
  }

  /** The most memory that each process that is concerned has ever had, in KiB. */
  private Map<Long, Long> memory(WebServer server) throws IOException {
    Map<Long, Long> peaks = new TreeMap<>();
    peaks.put(site.carpool().pid(), 0L);
    site.processes().forEach(process -> peaks.put(process.pid(), 0L));
    server.pids().forEach(pid -> peaks.put(pid, 0L));
    for (Map.Entry<Long, Long> entry : peaks.entrySet()) {
      String status = Files.readString(Path.of("/proc/" + entry.getKey() + "/status"), UTF_8);
      entry.setValue(
          status
              .lines()
              .filter(line -> line.startsWith("VmHWM:"))
              .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .findFirst()
              .orElse(0L));
    }
    return peaks;
  }
}
