package dev.carpool.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.carpool.backlog.AcceptQueue;
import dev.carpool.backlog.AcceptQueues;
import dev.carpool.backlog.ListenerName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The backlog that nobody sees: a stock php-fpm behind a stock nginx, both Debian's. */
class PhpFpmIT {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Path NGINX = Path.of("/usr/sbin/nginx");

  @TempDir Path temp;
  private final List<Process> servers = new ArrayList<>();
  private final HttpClient browser = HttpClient.newHttpClient();
  private URI web = URI.create("http://127.0.0.1");

  @BeforeEach
  void start() throws IOException {
    Path phpFpm = phpFpm();
    assume(Files.isExecutable(phpFpm) && Files.isExecutable(NGINX), "nginx and php-fpm");
    boolean root = "root".equals(System.getProperty("user.name"));
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    web = URI.create("http://127.0.0.1:" + port);
    Files.writeString(temp.resolve("slow.php"), "<?php sleep(60);\n");
    Files.writeString(
        temp.resolve("fpm.conf"),
        """
        [global]
        error_log = %1$s/fpm.log
        [www]
        %2$s
        listen = %1$s/php-fpm.sock
        listen.backlog = 2
        pm = static
        pm.max_children = 1
        pm.status_path = /status
        pm.status_listen = %1$s/status.sock
        """
            .formatted(temp, root ? "user = root\ngroup = root" : ""));
    Files.writeString(
        temp.resolve("nginx.conf"),
        """
        %2$s
        daemon off;
        worker_processes 1;
        pid %1$s/nginx.pid;
        events { worker_connections 64; }
        http {
            access_log off;
            client_body_temp_path %1$s/body;
            proxy_temp_path %1$s/proxy;
            fastcgi_temp_path %1$s/fastcgi;
            uwsgi_temp_path %1$s/uwsgi;
            scgi_temp_path %1$s/scgi;
            server {
                listen 127.0.0.1:%3$d;
                include /etc/nginx/fastcgi_params;
                fastcgi_param SCRIPT_FILENAME %1$s/slow.php;
                location / { fastcgi_pass unix:%1$s/php-fpm.sock; }
                location = /status { fastcgi_pass unix:%1$s/status.sock; }
            }
        }
        """
            .formatted(temp, root ? "user root;" : "", port));
    run(
        phpFpm.toString(),
        "-F",
        "-n",
        root ? "-R" : "-n",
        "-y",
        temp.resolve("fpm.conf").toString());
    run(
        NGINX.toString(),
        "-p",
        temp.toString(),
        "-c",
        temp.resolve("nginx.conf").toString(),
        "-e",
        temp.resolve("nginx.log").toString());
    await("both answer")
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptions()
        .until(() -> get("/status").statusCode() == 200);
  }

  private static Path phpFpm() throws IOException {
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(Path.of("/usr/sbin"), "php-fpm[0-9]*")) {
      for (Path each : found) {
        return each;
      }
    }
    return Path.of("/usr/sbin/php-fpm");
  }

  private static void assume(boolean installed, String packages) {
    if (!installed) {
      String missing = "Skipped: apt-get install " + packages;
      assertThat(System.getenv("CI")).as(missing).isNotEqualTo("true");
      System.out.println(missing);
      Assumptions.abort(missing);
    }
  }

  private void run(String... command) throws IOException {
    servers.add(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(temp.resolve("output").toFile()))
            .start());
  }

  @AfterEach
  void stop() {
    browser.shutdownNow();
    List<ProcessHandle> all =
        servers.stream()
            .flatMap(server -> Stream.concat(Stream.of(server.toHandle()), server.descendants()))
            .toList();
    all.forEach(ProcessHandle::destroyForcibly);
    await("all end").atMost(SOON).until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(web.resolve(path)).timeout(SOON).build();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return browser.send(request(path), BodyHandlers.ofString());
  }

  @Test
  void holdsThreeOfTwoWhereItsOwnStatusPageShowsNone() throws Exception {
    for (int i = 0; i < 4; i++) { // one is served, and three wait
      var _ = browser.sendAsync(request("/"), BodyHandlers.discarding());
    }

    try (AcceptQueues queues = AcceptQueues.open()) {
      ListenerName name = ListenerName.parse("unix:" + temp.resolve("php-fpm.sock"));
      await("three wait")
          .atMost(SOON)
          .until(() -> name.among(queues.look().queues()).getFirst().waiting() == 3);
      AcceptQueue queue = name.among(queues.look().queues()).getFirst();
      assertThat(queue.limit()).isEqualTo(2);
      assertThat(queue.full()).isTrue();
    }
    JsonObject status = JsonParser.parseString(get("/status?json").body()).getAsJsonObject();
    assertThat(status.get("active processes").getAsInt()).isEqualTo(1);
    assertThat(status.get("listen queue").getAsInt()).as("what php-fpm says").isZero();
    assertThat(get("/").statusCode()).as("the next one").isEqualTo(502);
  }
}
