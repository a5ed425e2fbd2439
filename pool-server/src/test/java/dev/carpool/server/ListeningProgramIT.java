package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that are HTTP servers by themselves, behind real sockets. */
class ListeningProgramIT {

  /** Serves in threads, and says what it is asked; {@code %s} makes its listening socket. */
  private static final String PROGRAM =
      """
      import http.server, os, socket, sys, time

      class Pages(http.server.BaseHTTPRequestHandler):
          protocol_version = "HTTP/1.1"

          def do_GET(self):
              words = self.path.split("?")[0].split("/")
              getattr(self, words[1] or "about")(*words[2:])

          do_POST = do_GET

          def text(self, text, *headers):
              self.send_response(200)
              for name, value in headers:
                  self.send_header(name, value)
              self.send_header("Content-Length", str(len(text)))
              self.end_headers()
              self.wfile.write(text.encode())

          def about(self):
              self.text("%%s %%s" %% (os.getpid(), self.headers["X-Forwarded-For"]), ("X-Seen", self.path))

          def sleep(self, seconds):
              time.sleep(float(seconds))
              self.about()

          def count(self):
              left = size = int(self.headers["Content-Length"])
              while left:
                  left -= len(self.rfile.read(min(left, 65536)))
              self.text(str(size))

          def stream(self, mib):
              self.send_response(200)
              self.send_header("Transfer-Encoding", "chunked")
              self.end_headers()
              piece = b"10000\\r\\n" + b"x" * 65536 + b"\\r\\n"
              for _ in range(int(mib) * 16):
                  self.wfile.write(piece)
              self.wfile.write(b"0\\r\\n\\r\\n")

          def silent(self):
              self.close_connection = True

          def half(self):
              self.send_response(200)
              self.send_header("Content-Length", "10")
              self.end_headers()
              self.wfile.write(b"12345")
              self.close_connection = True

          def dies(self):
              os._exit(3)

          def log_message(self, *words):
              pass

      class Server(http.server.ThreadingHTTPServer):
          daemon_threads = True

          def server_bind(self):
              pass

          def server_activate(self):
              pass

      server = Server(("127.0.0.1", 0), Pages)
      %s
      server.serve_forever()
      """;

  private static final String ON_THE_PORT =
      "server.socket.bind((os.environ['HOST'], int(os.environ['PORT']))); server.socket.listen()";
  private static final String ON_DESCRIPTOR_0 =
      "server.socket = socket.socket(fileno=0); server.get_request = lambda: (server.socket.accept()[0], ('', 0))";

  @TempDir private Path folder;
  private Optional<RunningServer> server = Optional.empty();

  private RunningServer serve(String listens, String... settings) throws IOException {
    Files.writeString(folder.resolve("program.py"), PROGRAM.formatted(listens));
    return serveAs("python3 program.py", settings);
  }

  private RunningServer serveAs(String command, String... settings) throws IOException {
    String text =
        """
        [pool]
        max = 2
        [app.program]
        root = "."
        kind = "http"
        command = ["%s"]
        concurrency = 4
        listen = "http:127.0.0.1:0"
        """
            .formatted(command.replace(" ", "\", \""));
    Path file =
        Files.writeString(
            folder.resolve("carpool.toml"), text + String.join("\n", settings) + "\n");
    RunningServer started = RunningServer.configured(file);
    server = Optional.of(started);
    return started;
  }

  @AfterEach
  void stop() throws IOException {
    if (server.isPresent()) {
      server.get().close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {ON_THE_PORT, ON_DESCRIPTOR_0, "time.sleep(1.5); " + ON_THE_PORT})
  void isServedWhereverAndWheneverItListens(String listens) throws Exception {
    RunningServer at = serve(listens);

    HttpResponse<String> about = at.get("/about?a=b%20c");
    assertThat(about.statusCode()).as(at.log()).isEqualTo(200);
    assertThat(about.body()).endsWith(" 127.0.0.1");
    assertThat(about.headers().firstValue("X-Seen")).contains("/about?a=b%20c");
    assertThat(at.get("/about").body()).isEqualTo(about.body());
  }

  @Test
  void mayBeToldThePortByItsCommand() throws Exception {
    Files.writeString(folder.resolve("a.txt"), "a file");
    RunningServer at = serveAs("python3 -m http.server --bind 127.0.0.1 $PORT");

    assertThat(at.get("/a.txt").body()).isEqualTo("a file");
    assertThat(at.get("/none").statusCode()).isEqualTo(404);
    at.awaitLog("\"GET /a.txt HTTP/1.1\" 200");
  }

  @Test
  void mayHaveAnotherStandardInput() throws Exception {
    String elsewhere = "os.dup2(os.open('/dev/null', os.O_RDONLY), 0); time.sleep(0.3); ";
    RunningServer at = serve(elsewhere + ON_THE_PORT);

    assertThat(at.get("/about").statusCode()).as(at.log()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "python3 -m http.server --bind $HOST ${PORT}",
        "A=b python3 -m http.server --bind $HOST $PORT"
      })
  void isTheOneOfAProcfile(String web) throws Exception {
    Files.writeString(folder.resolve("Procfile"), "web: " + web + "\n");
    RunningServer at = RunningServer.serve(folder);
    server = Optional.of(at);

    assertThat(at.said().getFirst())
        .contains("recognised as a program that is an HTTP server by itself by Procfile");
    assertThat(at.get("/Procfile").body()).startsWith("web: ");
  }

  @Test
  void isServedBehindBothWebServersAsThePageSays() throws Exception {
    try (LanguageSite site = LanguageSite.open("http.md", "files")) {
      for (WebServer web : site.both()) {
        try (WebClient visitor = site.visitor(web, "www.example.com")) {
          assertThat(visitor.get("/README.md").body()).startsWith("# Files");
          assertThat(visitor.get("/none").status()).isEqualTo(404);
        }
      }
      assertThat(site.carpool().log()).doesNotContain("ERROR", "failed");
    }
  }

  @Test
  void servesAsManyAtOnceAsItMay() throws Exception {
    RunningServer at = serve(ON_THE_PORT);
    String one = at.get("/about").body();
    long began = System.nanoTime();
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      answers.add(
          at.browser()
              .sendAsync(at.request("/sleep/0.5").build(), HttpResponse.BodyHandlers.ofString()));
    }
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      assertThat(answer.join().body()).isEqualTo(one);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
    assertThat(at.figure("count")).isOne();
  }

  @Test
  void takesAndGivesWhatIsLargeInPieces() throws Exception {
    RunningServer at = serve(ON_DESCRIPTOR_0);
    byte[] piece = new byte[1 << 20];
    HttpResponse<String> counted =
        at.send(
            at.request("/count")
                .POST(
                    BodyPublishers.ofByteArrays(
                        () -> Stream.generate(() -> piece).limit(40).iterator())));
    assertThat(counted.body()).isEqualTo("" + (40 << 20));

    long all = 0;
    byte[] buffer = new byte[1 << 16];
    try (InputStream body = at.stream("/stream/300").body()) {
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        all += n;
      }
    }
    assertThat(all).isEqualTo(300L << 20); // more than the server has
  }

  @Test
  void thatBreaksOffIsNeverTakenForWhole() throws Exception {
    RunningServer at = serve(ON_THE_PORT);

    assertThat(at.get("/silent").statusCode()).isEqualTo(502);
    at.awaitLog("it closed the connection without an answer");
    assertThatThrownBy(() -> at.get("/half")).isInstanceOf(IOException.class);
    String before = at.get("/about").body();
    assertThat(at.get("/dies").statusCode()).isEqualTo(502);
    assertThat(at.get("/about").body()).isNotEqualTo(before);
    at.awaitLog("exited with status 3");
  }

  @Test
  void thatDoesNotStartIsReportedWithItsWords() throws Exception {
    RunningServer at = serve("raise SystemExit('no database')");

    assertThat(at.get("/").statusCode()).isEqualTo(503);
    at.awaitLog("exited with status 1 before it was ready");
    assertThat(at.log()).contains("failed  listen").contains("no database");
  }

  @Test
  void thatNeverListensIsReported() throws Exception {
    RunningServer at = serve("time.sleep(60)", "start_timeout = \"700ms\"");

    assertThat(at.get("/").statusCode()).isEqualTo(503);
    at.awaitLog("it has got to the step 'listen'");
  }

  @Test
  void endsWithItsServer() throws Exception {
    RunningServer at = serve(ON_THE_PORT);
    long pid = Long.parseLong(at.get("/about").body().split(" ")[0]);
    assertThat(ProcessHandle.of(pid)).isPresent();
    at.signal("KILL");

    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(
            () -> assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty());
    int _ = at.awaitEnd();
    server = Optional.empty();
    Files.deleteIfExists(at.runtimeDirectory().resolve("admin.sock"));
  }

  @Test
  void finishesWhatItHasWhenItIsToEnd() throws Exception {
    RunningServer at = serve(ON_THE_PORT);
    String before = at.get("/about").body();
    CompletableFuture<HttpResponse<String>> slow =
        at.browser()
            .sendAsync(at.request("/sleep/1").build(), HttpResponse.BodyHandlers.ofString());
    at.awaitFigure("active", 1);
    at.signal("TERM");
    assertThat(slow.join().body()).isEqualTo(before);
    assertThat(at.awaitEnd()).isZero();
  }
}
