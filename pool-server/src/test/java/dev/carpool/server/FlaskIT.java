package dev.carpool.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.hash.Hashing;
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

/** A Flask application, unchanged, with what a browser does to it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlaskIT {

  private static final String FORM = "application/x-www-form-urlencoded";

  private RunningServer server;

  @BeforeAll
  void start() throws Exception {
    DebianPackage.assumeInstalled("python3-flask", "flask");
    server =
        RunningServer.serve(
            RunningServer.APPS.resolve("flask"), "--python", DebianPackage.PYTHON, "--max", 2);
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
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(page.body()).contains("Hello stranger").contains("/static/site.css");
  }

  @Test
  void aFormSetsASessionThatTheNextRequestBringsBack() throws Exception {
    HttpResponse<String> answer =
        server.send(
            server
                .request("/login")
                .header("Content-Type", FORM)
                .POST(BodyPublishers.ofString("name=J%C3%BCrgen+%26+Co")));

    assertThat(answer.statusCode()).isEqualTo(302);
    assertThat(answer.headers().firstValue("Location")).contains("/");
    String cookie = answer.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(cookie).startsWith("session=").contains("HttpOnly");

    HttpResponse<String> page = server.get("/", "Cookie", cookie.split(";", 2)[0]);
    assertThat(page.body()).contains("Hello Jürgen &amp; Co").contains("Welcome, Jürgen &amp; Co");
  }

  @Test
  void aFullUrlOfARedirectNamesTheHostThatTheBrowserAsked() throws Exception {
    HttpResponse<String> answer = server.get("/logout");

    assertThat(answer.headers().firstValue("Location"))
        .contains("http://127.0.0.1:" + server.port() + "/?bye=yes");
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
        .contains("\"size\":" + file.length)
        .contains(Hashing.sha256().hashBytes(file).toString())
        .contains("photo.bin")
        .contains("gr\\u00f6\\u00dfer");
  }

  @Test
  void piecesOfAStreamComeWhenTheyAreMade() throws Exception {
    long start = System.nanoTime();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(server.stream("/count").body(), UTF_8))) {
      assertThat(lines.readLine()).isEqualTo("0");
      long first = System.nanoTime();
      assertThat(lines.lines()).containsExactly("1", "2", "3", "4");
      long last = System.nanoTime();

      assertThat(last - first)
          .as("between the first and the last piece")
          .isGreaterThan(500_000_000);
      assertThat(last - start).isLessThan(10_000_000_000L);
    }
  }

  @Test
  void itsOwnStaticFilesCome() throws Exception {
    HttpResponse<String> css = server.get("/static/site.css");

    assertThat(css.statusCode()).isEqualTo(200);
    assertThat(css.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/css");
    assertThat(css.body()).isEqualTo("body { color: teal }\n");

    String etag = css.headers().firstValue("ETag").orElseThrow();
    assertThat(server.get("/static/site.css", "If-None-Match", etag).statusCode()).isEqualTo(304);
  }

  @Test
  void methodPathAndQueryReachTheViewAsTheyWereSent() throws Exception {
    HttpResponse<String> answer =
        server.send(
            server
                .request("/seen/caf%C3%A9/a%20b?x=1&x=2&y=%26")
                .method("PUT", BodyPublishers.ofString("{\"a\":1}")));

    assertThat(answer.body())
        .contains("\"method\":\"PUT\"")
        .contains("\"rest\":\"caf\\u00e9/a b\"")
        .contains("\"arguments\":{\"x\":[\"1\",\"2\"],\"y\":[\"&\"]}")
        .contains("\"remote\":\"127.0.0.1\"")
        .contains("{\\\"a\\\":1}");
  }

  @Test
  void itsOwnErrorPagesCome() throws Exception {
    assertThat(server.get("/missing").statusCode()).isEqualTo(404);
    assertThat(server.get("/missing").body()).contains("Not Found");

    HttpResponse<String> broken = server.get("/broken");
    assertThat(broken.statusCode()).isEqualTo(500);
    assertThat(broken.body()).contains("Internal Server Error").doesNotContain("on purpose");
    server.awaitLog("RuntimeError: broken on purpose");
  }
}
