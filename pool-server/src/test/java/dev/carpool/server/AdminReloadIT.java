package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin listener follows the configuration while the server runs. */
class AdminReloadIT {

  @TempDir Path temp;

  private Path write(String admin, String listeners) throws IOException {
    return Files.writeString(
        temp.resolve("carpool.toml"),
        admin
            + """

            [app.plain]
            root = "%s"
            listen = [%s]
            """
                .formatted(RunningServer.APPS.resolve("plain"), listeners));
  }

  private static String get(RunningServer server, String url) throws Exception {
    var answer =
        server
            .browser()
            .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
    return answer.statusCode() + " " + answer.body();
  }

  private static void reload(RunningServer server, int count) throws Exception {
    server.signal("HUP");
    org.awaitility.Awaitility.await("reload " + count)
        .until(() -> server.log().split("the configuration was reloaded", -1).length - 1 == count);
  }

  @Test
  void itComesMovesAndGoesAndTheTokenStaysTheSame() throws Exception {
    String http = "\"http:127.0.0.1:0\"";
    try (RunningServer server = RunningServer.configured(write("", http))) {
      assertThat(server.adminToken()).doesNotExist();

      write("[admin]\nlisten = \"127.0.0.1:0\"", http);
      reload(server, 1);
      String first = server.adminUrl();
      assertThat(get(server, first + "readyz")).isEqualTo("200 ready\n");
      String token = Files.readString(server.adminToken());

      Path socket = temp.resolve("admin-http.sock");
      write("[admin]\nlisten = \"unix:admin-http.sock\"", http);
      reload(server, 2);
      assertThat(socket).exists();
      assertThat(server.adminToken()).hasContent(token);
      Assertions.assertThatThrownBy(() -> get(server, first + "readyz"))
          .isInstanceOf(ConnectException.class);

      write("[admin]\nlisten = \"localhost:0\"", http + ", \"scgi:unix:" + temp + "/none/s.sock\"");
      reload(server, 3);
      assertThat(socket).doesNotExist();
      assertThat(get(server, server.adminUrl() + "readyz"))
          .isEqualTo("503 plain is not served at scgi:unix:" + temp + "/none/s.sock\n");
      assertThat(get(server, server.adminUrl() + "healthz")).isEqualTo("200 ok\n");

      write("", http);
      reload(server, 4);
      assertThat(server.adminToken()).doesNotExist();
      assertThat(server.log())
          .contains("admin listen: none -> 127.0.0.1:0")
          .contains("admin listen: localhost:0 -> none");
    }
  }
}
