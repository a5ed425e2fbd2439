package dev.carpool.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.hash.Hashing;
import dev.carpool.ContractLanguage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What a browser does to the shop, an application that is written in a framework of each language,
 * of Debian's packages and unchanged.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ShopContract {

  private static final String FORM = "application/x-www-form-urlencoded";

  private final ContractLanguage language;
  private final String folder;
  private final String recognised;
  private final String cookie;

  private RunningServer server;

  /**
   * Names the shop.
   *
   * @param folder below the tests' applications
   * @param recognised what the server takes that for, and by which file
   * @param cookie the name of the framework's own cookie for a session
   */
  ShopContract(ContractLanguage language, String folder, String recognised, String cookie) {
    this.language = language;
    this.folder = folder;
    this.recognised = recognised;
    this.cookie = cookie;
  }

  @BeforeAll
  void start() throws Exception {
    language.assumeInstalled();
    server =
        RunningServer.serve(
            RunningServer.APPS.resolve(folder),
            "--" + language.interpreter(),
            "/usr/bin/" + language.interpreter(),
            "--max",
            2);
  }

  @AfterAll
  void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void aPageOfATemplateComes() throws Exception {
    HttpResponse<String> page = server.get("/");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type").orElseThrow())
        .matches("(?i)text/html; ?charset=utf-8");
    assertThat(page.body()).contains("Hello stranger").contains("\"/site.css\"");
  }

  @Test
  void aFormSetsASessionThatTheNextRequestBringsBack() throws Exception {
    HttpResponse<String> answer =
        server.send(
            server
                .request("/login")
                .header("Content-Type", FORM)
                .POST(BodyPublishers.ofString("name=J%C3%BCrgen+%26+Co")));

    assertThat(answer.statusCode()).isEqualTo(303);
    assertThat(answer.headers().firstValue("Location"))
        .contains("http://127.0.0.1:" + server.port() + "/");
    String given = answer.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(given).startsWith(cookie + "=").containsIgnoringCase("; HttpOnly");

    HttpResponse<String> page = server.get("/", "Cookie", given.split(";", 2)[0]);
    assertThat(page.body()).contains("Hello Jürgen &amp; Co");
  }

  @Test
  void aFileOf5MegabytesIsUploadedWhole() throws Exception {
    byte[] file = new byte[5 << 20];
    new Random(1).nextBytes(file);
    Multipart form = new Multipart().field("note", "größer").file("file", "photo.bin", file);

    HttpResponse<String> answer =
        server.send(
            server
                .request("/upload")
                .header("Content-Type", form.contentType())
                .POST(form.publisher()));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .contains("\"note\":\"größer\"")
        .contains("\"name\":\"photo.bin\"")
        .contains(Hashing.sha256().hashBytes(file).toString());
  }

  @Test
  void aStreamedPageComesAsItIsMade() throws Exception {
    long start = System.nanoTime();
    HttpResponse<java.io.InputStream> answer = server.stream("/ticks");
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), UTF_8))) {
      assertThat(lines.readLine()).isEqualTo("tick 0");
      long first = System.nanoTime();
      assertThat(lines.readLine()).isEqualTo("tick 1");
      assertThat(lines.readLine()).isEqualTo("tick 2");
      long last = System.nanoTime();
      assertThat(last - first).as("between the first and the last").isGreaterThan(400_000_000);
      assertThat(last - start).isLessThan(10_000_000_000L);
    }
  }

  @Test
  void methodPathAndQueryReachTheRouteAsTheyWereSent() throws Exception {
    HttpResponse<String> answer =
        server.send(
            server
                .request("/seen/caf%C3%A9/a%20b%25c?x=1&y=%26")
                .method("PUT", BodyPublishers.ofString("{\"a\":1}")));

    assertThat(answer.body().replace("\\/", "/"))
        .contains("\"method\":\"PUT\"")
        .contains("\"rest\":\"café/a b%c\"")
        .contains("\"query\":{\"x\":\"1\",\"y\":\"&\"}")
        .contains("\"body\":\"{\\\"a\\\":1}\"")
        .contains(":" + server.port() + "/seen/caf%C3%A9/a%20b%25c?x=1&y=%26\"")
        .contains("\"remote\":\"127.0.0.1\"");
  }

  @Test
  void aFileOfPublicComes() throws Exception {
    HttpResponse<String> css = server.get("/site.css");

    assertThat(css.statusCode()).isEqualTo(200);
    assertThat(css.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/css");
    assertThat(css.body()).isEqualTo("body { color: teal }\n");
  }

  @Test
  void itsOwnErrorPagesCome() throws Exception {
    assertThat(server.get("/missing").statusCode()).isEqualTo(404);
    assertThat(server.get("/missing").body()).isEqualTo("Nothing is sold here.");

    HttpResponse<String> broken = server.get("/broken");
    assertThat(broken.statusCode()).isEqualTo(500);
    assertThat(broken.body()).containsIgnoringCase("Server Error").doesNotContain("on purpose");
    server.awaitLog("broken on purpose");
  }

  @Test
  void theServerSaysWhatItTookTheFolderFor() {
    assertThat(server.said()).contains(folder + " is recognised as " + recognised);
  }
}
