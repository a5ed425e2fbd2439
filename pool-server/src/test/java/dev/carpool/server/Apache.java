package dev.carpool.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Debian's Apache with the sites of docs/apache.md. */
final class Apache implements WebServer {

  private static final String PROGRAM = "/usr/sbin/apache2";
  private static final List<String> MODULES =
      List.of(
          "mpm_event",
          "authz_core",
          "alias",
          "env",
          "dir",
          "proxy",
          "proxy_fcgi",
          "proxy_scgi",
          "ssl");

  private final int port;
  private final int tlsPort;
  private final ForegroundServer process;

  private Apache(int port, int tlsPort, ForegroundServer process) {
    this.port = port;
    this.tlsPort = tlsPort;
    this.process = process;
  }

  static void assumeInstalled() {
    ForegroundServer.assumeInstalled("apache2", PROGRAM);
  }

  /**
   * Starts it.
   *
   * @param folder for all that it writes
   * @param places what stands in place of the paths of the page
   */
  static Apache start(Path folder, Map<String, String> places) throws IOException {
    return start(folder, "apache.md", places);
  }

  /** Starts it with the sites of another page. */
  static Apache start(Path folder, String page, Map<String, String> places) throws IOException {
    int port = ForegroundServer.freePort();
    int tlsPort = ForegroundServer.freePort();
    Files.createDirectories(folder.resolve("logs"));
    Path errors = Files.createFile(folder.resolve("error.log"));
    StringBuilder configuration = new StringBuilder(around(folder, port, tlsPort));
    Documented.files(page, "apache", places).values().forEach(configuration::append);
    Path file =
        Files.writeString(
            folder.resolve("apache2.conf"),
            configuration
                .toString()
                .replace("<VirtualHost *:80>", "<VirtualHost 127.0.0.1:" + port + ">")
                .replace("<VirtualHost *:443>", "<VirtualHost 127.0.0.1:" + tlsPort + ">"));
    return new Apache(
        port,
        tlsPort,
        ForegroundServer.start(errors, port, PROGRAM, "-DFOREGROUND", "-f", file.toString()));
  }

  /** What stands in Debian's apache2.conf, but in this folder and with threads for the tests. */
  private static String around(Path folder, int port, int tlsPort) {
    StringBuilder lines = new StringBuilder();
    lines.append(
        """
        ServerRoot %1$s
        ServerName localhost
        PidFile %1$s/pid
        ErrorLog %1$s/error.log
        Listen 127.0.0.1:%2$d
        Listen 127.0.0.1:%3$d
        KeepAlive On
        MaxKeepAliveRequests 100
        KeepAliveTimeout 5
        """
            .formatted(folder, port, tlsPort));
    if (Site.isRoot()) {
      lines.append("User www-data\nGroup www-data\n");
    }
    for (String module : MODULES) {
      lines.append(
          "LoadModule %1$s_module /usr/lib/apache2/modules/mod_%1$s.so\n".formatted(module));
    }
    return lines
        .append("StartServers 4\nMinSpareThreads 75\nMaxSpareThreads 300\nMaxRequestWorkers 400\n")
        .toString();
  }

  @Override
  public String toString() {
    return "Apache";
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
    process.signal("USR1");
  }

  @Override
  public ForegroundServer process() {
    return process;
  }
}
