package dev.carpool.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Debian's nginx with the sites of docs/nginx.md. */
final class Nginx implements WebServer {

  private static final String PROGRAM = "/usr/sbin/nginx";
  private static final Path DEBIAN = Path.of("/etc/nginx");

  private final int port;
  private final int tlsPort;
  private final ForegroundServer process;

  private Nginx(int port, int tlsPort, ForegroundServer process) {
    this.port = port;
    this.tlsPort = tlsPort;
    this.process = process;
  }

  static void assumeInstalled() {
    ForegroundServer.assumeInstalled("nginx", PROGRAM);
  }

  /**
   * Starts it.
   *
   * @param folder for all that it writes
   * @param places what stands in place of the paths of the page
   */
  static Nginx start(Path folder, Map<String, String> places) throws IOException {
    return start(folder, "nginx.md", places);
  }

  /** Starts it with the sites of another page. */
  static Nginx start(Path folder, String page, Map<String, String> places) throws IOException {
    int port = ForegroundServer.freePort();
    int tlsPort = ForegroundServer.freePort();
    Files.createDirectories(folder);
    for (String params : List.of("scgi_params", "fastcgi_params")) {
      Files.copy(DEBIAN.resolve(params), folder.resolve(params));
    }
    Path errors = Files.createFile(folder.resolve("error.log"));
    StringBuilder sites = new StringBuilder();
    Documented.files(page, "nginx", places).values().forEach(sites::append);
    Files.writeString(
        folder.resolve("sites"),
        sites
            .toString()
            .replace("listen 80;", "listen 127.0.0.1:" + port + ";")
            .replace("listen 443 ssl;", "listen 127.0.0.1:" + tlsPort + " ssl;"));
    Files.writeString(folder.resolve("nginx.conf"), around(folder));
    return new Nginx(
        port,
        tlsPort,
        ForegroundServer.start(
            errors,
            port,
            PROGRAM,
            "-p",
            folder.toString(),
            "-c",
            folder.resolve("nginx.conf").toString(),
            "-e",
            errors.toString()));
  }

  /** What stands in Debian's nginx.conf, but in this folder and with two workers. */
  private static String around(Path folder) {
    return """
    %1$s
    daemon off;
    worker_processes 2;
    pid %2$s/pid;
    error_log %2$s/error.log;
    events { worker_connections 768; }
    http {
        include %3$s/mime.types;
        default_type application/octet-stream;
        sendfile on;
        tcp_nopush on;
        access_log off;
        client_body_temp_path %2$s/client;
        proxy_temp_path %2$s/proxy;
        fastcgi_temp_path %2$s/fastcgi;
        uwsgi_temp_path %2$s/uwsgi;
        scgi_temp_path %2$s/scgi;
        include sites;
    }
    """
        .formatted(Site.isRoot() ? "user www-data;" : "", folder, DEBIAN);
  }

  @Override
  public String toString() {
    return "nginx";
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public int tlsPort() {
    return tlsPort;
  }

  @Override
  public void reload() throws IOException, InterruptedException {
    process.signal("HUP");
  }

  @Override
  public ForegroundServer process() {
    return process;
  }
}
