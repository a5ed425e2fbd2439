package dev.carpool.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.hash.Hashing;
import dev.carpool.ContractLanguage;
import dev.carpool.descriptor.Litter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An Express application of Debian's packages, unchanged, with what a browser does to it: handed
 * over straight, and through the gateway.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ParameterizedClass
@ValueSource(booleans = {true, false})
class ExpressIT {

  private static final String FORM = "application/x-www-form-urlencoded";

  private static final Path APP = RunningServer.APPS.resolve("express");

  @Parameter private boolean straight;

  @SuppressWarnings("NullAway.Init") // by start
  private RunningServer server;

  @BeforeParameterizedClassInvocation(injectArguments = true)
  void start(boolean straight) throws Exception {
    ContractLanguage.NODE.assumeInstalled();
    server =
        straight
            ? RunningServer.serve(APP, "--node", "/usr/bin/node", "--max", 2)
            : RunningServer.configured(
                Files.writeString(
                    Litter.folder("ex").resolve("carpool.toml"),
                    """
                    [app.express]
                    root = "%s"
                    node = "/usr/bin/node"
                    max_request_time = "30s"
                    listen = ["http:127.0.0.1:0"]
                    """
                        .formatted(APP)));
  }

  @AfterParameterizedClassInvocation
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
    assertThat(answer.headers().firstValue("Location")).contains("/");
    String cookie = answer.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(cookie).startsWith("session=").contains("HttpOnly");

    HttpResponse<String> page = server.get("/", "Cookie", cookie.split(";", 2)[0]);
    assertThat(page.body()).contains("Hello Jürgen &amp; Co");
  }

  @Test
  void aFileOf5MegabytesIsUploadedWhole() throws Exception {
    byte[] file = new byte[5 << 20];
    new Random(1).nextBytes(file);
    HttpResponse<String> answer =
        server.send(
            server
                .request("/upload")
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofByteArray(file)));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .contains("\"size\":" + file.length)
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
                .header("Content-Type", "application/json")
                .method("PUT", BodyPublishers.ofString("{\"a\":1}")));

    assertThat(answer.body())
        .contains("\"method\":\"PUT\"")
        .contains("\"rest\":\"café/a b%c\"")
        .contains("\"query\":{\"x\":\"1\",\"y\":\"&\"}")
        .contains("\"body\":{\"a\":1}")
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
    assertThat(broken.body()).contains("Internal Server Error").doesNotContain("on purpose");
    server.awaitLog("broken on purpose");
  }

  @Test
  void theServerSaysWhatItTookTheFolderForUnlessThatWasConfigured() {
    String recognised = "express is recognised as a Node application by package.json";
    assertThat(server.said().contains(recognised)).isEqualTo(straight);
  }
}
