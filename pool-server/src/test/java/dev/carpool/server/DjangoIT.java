package dev.carpool.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.hash.Hashing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.CookieManager;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A Django project, unchanged, found by its manage.py or named in carpool.toml. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DjangoIT {

  private static final Path ROOT = RunningServer.APPS.resolve("django");
  private static final Pattern TOKEN =
      Pattern.compile("name=\"csrfmiddlewaretoken\" value=\"(\\w+)\"");

  private RunningServer server;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    DebianPackage.assumeInstalled("python3-django", "django");
    Path config =
        Files.writeString(
            directory.resolve("carpool.toml"),
            """
            [pool]
            max = 2

            [app.shop]
            root = "%s"
            python = "%s"
            """
                .formatted(ROOT, DebianPackage.PYTHON));
    server = RunningServer.serve("-c", config);
  }

  @AfterAll
  void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void aFormWithItsTokenOrdersAndShowsTheMessageAfterTheRedirect() throws Exception {
    HttpClient browser =
        HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    HttpResponse<String> page =
        browser.send(server.request("/order/").build(), BodyHandlers.ofString());
    Matcher token = TOKEN.matcher(page.body());
    assertThat(token.find()).isTrue();
    assertThat(page.body()).contains("0 orders");

    Multipart form =
        new Multipart()
            .field("csrfmiddlewaretoken", token.group(1))
            .field("item", "Tür <rot>")
            .field("amount", "3");
    HttpResponse<String> after =
        browser.send(
            server
                .request("/order/")
                .header("Content-Type", form.contentType())
                .POST(form.publisher())
                .build(),
            BodyHandlers.ofString());

    assertThat(after.previousResponse().orElseThrow().statusCode()).isEqualTo(302);
    assertThat(after.statusCode()).isEqualTo(200);
    assertThat(after.body()).contains("1 orders").contains("Ordered 3 x Tür &lt;rot&gt;");
  }

  @Test
  void aFormWithoutItsTokenIsRefusedByDjango() throws Exception {
    HttpResponse<String> answer =
        server.send(
            server
                .request("/order/")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("item=x&amount=1")));

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).contains("CSRF verification failed");
  }

  @Test
  void aFileOf5MegabytesIsUploadedWhole() throws Exception {
    byte[] file = new byte[5 << 20];
    new Random(2).nextBytes(file);
    Multipart form = new Multipart().file("file", "photo.bin", file);

    HttpResponse<String> answer =
        server.send(
            server
                .request("/upload")
                .header("Content-Type", form.contentType())
                .POST(form.publisher()));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .contains("\"size\": " + file.length)
        .contains(Hashing.sha256().hashBytes(file).toString())
        .contains("TemporaryUploadedFile");
  }

  @Test
  void aMissingSlashIsRedirectedToTheHostThatTheBrowserAsked() throws Exception {
    HttpResponse<String> answer = server.get("/order");

    assertThat(answer.statusCode()).isEqualTo(301);
    assertThat(answer.headers().firstValue("Location")).contains("/order/");
    assertThat(server.get("/seen/a%2Fb/%C3%BC?q=1&q=2").body())
        .contains("\"rest\": \"a/b/\\u00fc\"")
        .contains("\"query\": [\"1\", \"2\"]")
        .contains("\"uri\": \"http://127.0.0.1:" + server.port());
  }

  @Test
  void piecesOfAStreamComeWhenTheyAreMade() throws Exception {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(server.stream("/count").body(), UTF_8))) {
      assertThat(lines.readLine()).isEqualTo("0");
      long first = System.nanoTime();
      assertThat(lines.lines()).containsExactly("1", "2", "3", "4");
      assertThat(System.nanoTime() - first).isGreaterThan(500_000_000);
    }
  }

  @Test
  void aFileComesWholeThroughTheFileWrapper() throws Exception {
    HttpResponse<String> file = server.get("/source");

    assertThat(file.body()).isEqualTo(Files.readString(ROOT.resolve("shop/urls.py")));
    assertThat(file.headers().firstValueAsLong("Content-Length"))
        .hasValue(Files.size(ROOT.resolve("shop/urls.py")));
  }

  @Test
  void anExceptionIsItsOwnPageForTheVisitor() throws Exception {
    HttpResponse<String> answer = server.get("/broken");

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).contains("Server Error (500)").doesNotContain("on purpose");
  }
}
