package dev.carpool.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonParser;
import dev.carpool.LogEar;
import dev.carpool.descriptor.SocketPermissions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The admin listener over real sockets, asked by hand. */
class AdminListenerIT {

  @TempDir Path temp;
  private OpenAdmin admin;
  private LogEar log;

  @BeforeEach
  void open() throws IOException {
    admin = OpenAdmin.onLoopback(temp);
    log = LogEar.listening();
  }

  @AfterEach
  void close() throws IOException {
    log.close();
    admin.close();
  }

  private static String body(String answer) {
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  @Nested
  class Looking {

    @Test
    void thePageAllowsItselfAndNothingElse() throws Exception {
      String page = admin.get("/");

      assertThat(page)
          .startsWith("HTTP/1.1 200 ")
          .contains("Content-Type: text/html; charset=utf-8")
          .contains("script-src 'sha256-")
          .contains("style-src 'sha256-")
          .contains("frame-ancestors 'none'")
          .doesNotContain("unsafe-inline")
          .doesNotContain("{{");
      assertThat(body(page)).startsWith("<!doctype html>").doesNotContain("innerHTML");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "/",
          "/status.json",
          "/requests.json",
          "/scale.json",
          "/metrics",
          "/healthz",
          "/readyz",
          "/nothing",
          "/limits/max",
          "/events?no"
        })
    void noAnswerIsKeptFramedSniffedOrShared(String path) throws Exception {
      assertThat(admin.get(path, "Host: " + (path.contains("?") ? "evil" : "localhost")))
          .contains("Cache-Control: no-store\r\n")
          .contains("X-Content-Type-Options: nosniff\r\n")
          .contains("X-Frame-Options: DENY\r\n")
          .contains("Referrer-Policy: no-referrer\r\n")
          .contains("Cross-Origin-Resource-Policy: same-origin\r\n")
          .contains("Content-Security-Policy: default-src 'none'")
          .doesNotContain("Access-Control")
          .doesNotContain("Server:");
    }

    @Test
    void theStatusIsTheOneOfTheCommand() throws Exception {
      assertThat(JsonParser.parseString(body(admin.get("/status.json"))).getAsJsonObject().keySet())
          .contains("version", "limits", "activity", "listeners", "apps");
    }

    @Test
    void whatScalersAskForIsFlat() throws Exception {
      assertThat(body(admin.get("/scale.json")))
          .isEqualTo(
              """
              {"waiting":5,"oldest_wait_seconds":1.5,"busy":1,"places":12,"utilisation":0.083}
              """);
    }

    @Test
    void requestsAreSaidWithoutBreakingTheJson() throws Exception {
      assertThat(
              JsonParser.parseString(body(admin.get("/requests.json")))
                  .getAsJsonArray()
                  .get(0)
                  .getAsJsonObject()
                  .get("what")
                  .getAsString())
          .isEqualTo("GET /<b>\n");
    }

    @Test
    void readinessSaysWhatIsMissing() throws Exception {
      assertThat(admin.get("/healthz")).startsWith("HTTP/1.1 200 ").endsWith("ok\n");
      assertThat(admin.get("/readyz")).startsWith("HTTP/1.1 200 ").endsWith("ready\n");

      admin.missing = "the server is stopping";

      assertThat(admin.get("/readyz")).startsWith("HTTP/1.1 503 ").endsWith("is stopping\n");
      assertThat(admin.get("/healthz")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void metricsHaveTheirType() throws Exception {
      assertThat(admin.get("/metrics")).contains("Content-Type: text/plain; version=0.0.4");
      assertThat(admin.get("/metrics", "Accept: application/openmetrics-text; version=1.0.0"))
          .contains("Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n")
          .endsWith("\n# EOF\n");
    }

    @Test
    void aHeadHasNoBody() throws Exception {
      assertThat(admin.ask("HEAD", "/healthz", ""))
          .startsWith("HTTP/1.1 200 ")
          .contains("Content-Length: 3")
          .endsWith("\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "POST    | /status.json | 405 | Allow: GET, HEAD",
          "DELETE  | /            | 405 | Allow: GET, HEAD",
          "POST    | /events      | 405 | Allow: GET",
          "GET     | /limits/max  | 405 | Allow: POST",
          "OPTIONS | /limits/max  | 405 | Allow: POST",
          "PUT     | /restart     | 405 | Allow: POST",
          "GET     | /nothing     | 404 | Content-Type: text/plain",
          "POST    | /limits/none | 404 | Content-Type: text/plain",
          "GET     | /..%2fetc    | 400 | Content-Type: text/plain",
          "GET     | //status.json | 400 | Content-Type: text/plain",
        })
    void whatIsNotThereIsSaid(String method, String path, int status, String header)
        throws Exception {
      assertThat(admin.ask(method, path, "", admin.authorization()))
          .startsWith("HTTP/1.1 " + status + " ")
          .contains(header);
    }

    @Test
    void whatIsNoHttpOrTooLongIsRefused() throws Exception {
      assertThat(admin.get("/" + "x".repeat(9000)))
          .startsWith("HTTP/1.1 414 ")
          .endsWith("414 URI Too Long\n");
      assertThat(admin.get("/healthz", "X: " + "x".repeat(9000))).startsWith("HTTP/1.1 431 ");
      assertThat(admin.raw("hello\r\n\r\n")).startsWith("HTTP/1.1 400 ");
      assertThat(admin.raw("GET /healthz HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    }
  }

  @Nested
  class FromElsewhere {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "Host: evil.example.com",
          "Origin: https://evil.example.com",
          "Origin: null",
          "Sec-Fetch-Site: cross-site",
          "Sec-Fetch-Site: same-site"
        })
    void nothingIsSaidAndNothingChanged(String header) throws Exception {
      for (String path : new String[] {"/", "/status.json", "/events", "/limits/max", "/nothing"}) {
        assertThat(admin.get(path, header)).startsWith("HTTP/1.1 403 ").doesNotContain("shop");
      }
      assertThat(admin.ask("POST", "/limits/max", "1", header, admin.authorization()))
          .startsWith("HTTP/1.1 403 ");
      assertThat(admin.pool.max).isEqualTo(6);
    }

    @Test
    void aTargetThatIsNotTheHostIsRefused() throws Exception {
      assertThat(
              admin.raw(
                  "GET http://evil.example.com/status.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 400 ");
      assertThat(admin.raw("GET /status.json HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n"))
          .startsWith("HTTP/1.1 400 ");
    }

    @Test
    void aConfiguredNameIsOurs() throws Exception {
      assertThat(
              admin.get(
                  "/healthz",
                  "Host: carpool.example.org",
                  "Origin: https://carpool.example.org",
                  "Sec-Fetch-Site: same-origin"))
          .startsWith("HTTP/1.1 200 ");
    }
  }

  @Nested
  class Changing {

    @ParameterizedTest
    @CsvSource({
      "/limits/max, 3, max: 6 -> 3",
      "/limits/max-per-app, 2, max_per_app: 0 -> 2",
      "/limits/max_idle_time, 90s, max_idle_time: 5m -> PT1M30S",
      "/limits/queue_max, 0, queue_max: 100 -> 0",
      "/restart, shop, shop: generation 1 -> generation 2",
    })
    void whoHasTheTokenGetsAReceiptAndIsWrittenDown(String path, String body, String receipt)
        throws Exception {
      String answer = admin.ask("POST", path, body, admin.authorization());

      assertThat(answer).startsWith("HTTP/1.1 200 ");
      assertThat(body(answer)).isEqualTo(receipt + " (5 running, 2 to drain)\n");
      assertThat(log.lines())
          .anySatisfy(
              line ->
                  assertThat(line)
                      .startsWith("INFO audit page from 127.0.0.1:")
                      .contains(", with the token: " + receipt));
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '"',
        value = {
          "/limits/max | three | 400 | max must be a whole number, but is 'three'",
          "/limits/max | 0     | 400 | max is 0, but must be at least 1",
          "/limits/max | 666   | 400 | no such max",
          "/limits/max | \"\"    | 400 | the body must be the value of max",
          "/limits/max_idle_time | 30 | 400 | '30' is not a time",
          "/restart    | nope  | 404 | there is no application 'nope'",
        })
    void whatMakesNoSenseIsSaidAsOnTheCommandLine(
        String path, String body, int status, String words) throws Exception {
      assertThat(admin.ask("POST", path, body, admin.authorization()))
          .startsWith("HTTP/1.1 " + status + " ")
          .contains(words);
      assertThat(log.lines()).noneMatch(line -> line.contains("audit"));
    }

    @Test
    void withoutTheTokenNothingChanges() throws Exception {
      assertThat(admin.ask("POST", "/limits/max", "3"))
          .startsWith("HTTP/1.1 401 ")
          .contains("WWW-Authenticate: Bearer")
          .contains("admin.token");
      assertThat(admin.pool.max).isEqualTo(6);
    }

    @Test
    void aWrongTokenIsDeniedAloudAndFiveASecondAtMost() throws Exception {
      String wrong = "Authorization: Bearer " + admin.token.text().replace('a', 'b') + "0";
      int denied = 0;
      for (int i = 0; i < 20; i++) {
        String answer = admin.ask("POST", "/limits/max", "3", wrong);
        assertThat(answer).matches("(?s)HTTP/1.1 4(01|29) .*").doesNotContain(admin.token.text());
        denied += answer.startsWith("HTTP/1.1 401 ") ? 1 : 0;
      }
      // At most two seconds pass here.
      assertThat(denied).isBetween(5, 10);
      assertThat(log.lines().stream().filter(line -> line.startsWith("WARN audit page from")))
          .hasSize(denied)
          .allMatch(line -> line.endsWith(", with a wrong token: DENIED: POST /limits/max"));
      assertThat(admin.pool.max).isEqualTo(6);

      assertThat(admin.ask("POST", "/limits/max", "3", admin.authorization()))
          .as("the right one is never too many")
          .startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic TOKEN", "TOKEN", "Bearer", "Bearer ", "Bearer TOKEN TOKEN"})
    void anotherSchemeIsNotTheToken(String form) throws Exception {
      String header = "Authorization: " + form.replace("TOKEN", admin.token.text());

      assertThat(admin.ask("POST", "/limits/max", "3", header)).startsWith("HTTP/1.1 401 ");
    }

    @Test
    void aBodyIsShort() throws Exception {
      assertThat(admin.ask("POST", "/restart", "x".repeat(5000), admin.authorization()))
          .startsWith("HTTP/1.1 413 ");
      assertThat(
              admin.raw(
                  "POST /restart HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                      + admin.authorization()
                      + "\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n"
                      + "x".repeat(5000)
                      + "\r\n0\r\n\r\n"))
          .startsWith("HTTP/1.1 400 ");
    }
  }

  @Nested
  class Tokens {

    @Test
    void areTheOwnersAloneAndAlwaysNew() throws Exception {
      Path file = admin.token.file();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(Files.readString(file)).isEqualTo(admin.token.text() + "\n").hasSize(65);
      assertThat(admin.token.toString()).doesNotContain(admin.token.text());

      Path victim = Files.writeString(temp.resolve("victim"), "kept");
      Path trap = Files.createSymbolicLink(temp.resolve("trap"), victim);
      try (AdminToken other = AdminToken.create(trap)) {
        assertThat(other.text()).isNotEqualTo(admin.token.text());
        assertThat(trap).isRegularFile();
      }
      assertThat(victim).hasContent("kept");
      assertThat(trap).doesNotExist();
    }
  }

  @Test
  void onlyLoopbackIsPossible() throws Exception {
    InetAddress everywhere = InetAddress.getByName("0.0.0.0");
    assertThatThrownBy(
            () ->
                new AdminSettings(
                    new InetSocketAddress(everywhere, 0),
                    SocketPermissions.DEFAULT,
                    ImmutableSet.of()))
        .hasMessageContaining("is not of loopback");
  }

  @Test
  void aPortThatIsTakenIsNamed() {
    assertThatThrownBy(
            () ->
                new OpenAdmin(
                    temp, new InetSocketAddress(InetAddress.getLoopbackAddress(), admin.port())))
        .hasMessageContaining("port " + admin.port())
        .hasMessageContaining("in use")
        .hasMessageContaining("[admin] listen");
  }
}
