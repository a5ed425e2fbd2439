package dev.carpool.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.gateway.RawClient.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class GatewayFilesIT {

  @TempDir Path directory;
  private RunningGateway running;

  @BeforeEach
  void start() throws IOException {
    Path files = Files.createDirectories(directory.resolve("public"));
    Files.createDirectories(files.resolve("css"));
    Files.createDirectories(files.resolve(".well-known"));
    Files.writeString(files.resolve("index.html"), "<p>start");
    Files.writeString(files.resolve("css/site.css"), "p { color: red }");
    Files.writeString(files.resolve("100% \u00e9.txt"), "odd name");
    Files.writeString(files.resolve(".hidden"), "secret");
    Files.writeString(files.resolve(".well-known/x"), "known");
    Files.writeString(directory.resolve("wsgi.py"), "secret");
    Files.createSymbolicLink(files.resolve("out.py"), directory.resolve("wsgi.py"));
    Files.createSymbolicLink(files.resolve("in.css"), files.resolve("css/site.css"));
    running = new RunningGateway(directory);
  }

  @AfterEach
  void census() throws IOException {
    running.close();
  }

  private Answer get(String path, String... headers) throws IOException {
    running.pool.next(process -> process.answer("Status: 200 OK\r\n\r\nthe application"));
    try (RawClient client = running.client()) {
      return client.get(path, headers).answer();
    }
  }

  @Test
  void aFileIsServedWithItsTypeAndItsTag() throws Exception {
    Answer file = get("/css/site.css?v=1");
    assertThat(file.text()).isEqualTo("p { color: red }");
    assertThat(file.headers()).containsEntry("content-type", "text/css").containsKey("etag");

    String tag = file.headers().getOrDefault("etag", "");
    assertThat(get("/css/site.css", "If-None-Match: " + tag).status()).isEqualTo(304);
    Answer range = get("/css/site.css", "Range: bytes=4-8");
    assertThat(range.status()).isEqualTo(206);
    assertThat(range.text()).isEqualTo("color");
    assertThat(running.pool.asked).hasValue(0);
  }

  @Test
  void namesMeanWhatTheySay() throws Exception {
    assertThat(get("/").text()).isEqualTo("<p>start");
    assertThat(get("/in.css").text()).isEqualTo("p { color: red }");
    assertThat(get("/.well-known/x").text()).isEqualTo("known");
    assertThat(get("/100%25%20%C3%A9.txt").text()).isEqualTo("odd name");
    assertThat(running.pool.asked).hasValue(0);
  }

  @Test
  void headIsAnsweredWithoutABody() throws Exception {
    try (RawClient client = running.client()) {
      client.send("HEAD /css/site.css HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.answer(false).headers()).containsEntry("content-length", "16");
    }
  }

  @Test
  void aPostToAFileIsTheApplications() throws Exception {
    running.pool.next(process -> process.answer("Status: 200 OK\r\n\r\nposted"));
    try (RawClient client = running.client()) {
      client.send("POST /css/site.css HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
      assertThat(client.answer().text()).isEqualTo("posted");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/css",
        "/css/",
        "/.hidden",
        "/out.py",
        "/missing",
        "/css/../index.html",
        "/css/..%2f..%2fwsgi.py",
        "/css%2fsite.css",
        "/%2ehidden",
        "//css/site.css",
        "/css//site.css",
        "/./index.html",
        "/css;x/site.css",
        "/css/site.css;x",
        "/css/site.css/",
        "/%ff",
        "/..%5cwsgi.py",
        "/index.html%20",
      })
  void everythingElseIsTheApplications(String path) throws Exception {
    Answer answer = get(path);
    assertThat(answer.text()).isEqualTo("the application");
    assertThat(answer.status()).isEqualTo(200);
  }

  /** Nothing can stand there, so not even the application is asked. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../wsgi.py",
        "/css/../../wsgi.py",
        "/%2e%2e/wsgi.py",
        "/css/%2e%2e/%2e%2e/wsgi.py",
        "/..;/wsgi.py"
      })
  void aPathThatClimbsOutOfTheRootIsABadRequest(String path) throws Exception {
    assertThat(get(path).status()).isEqualTo(400);
    assertThat(running.pool.asked).hasValue(0);
  }
}
