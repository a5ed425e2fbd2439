package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What docs/nginx.md and docs/apache.md describe, in a folder of its own: two applications, Carpool
 * with the page's carpool.toml, and the web servers in front of it.
 *
 * <p>Closing it is a test too: no process, no socket's file and no descriptor is left.
 */
final class Site implements AutoCloseable {

  private final Path folder;
  private final Map<String, String> places = new LinkedHashMap<>();
  private final TestCertificate certificate;
  private RunningServer carpool;
  private final List<WebServer> webServers = new ArrayList<>();

  private Site(Path folder, UnaryOperator<String> edit) throws IOException, InterruptedException {
    this.folder = folder;
    for (String app : List.of("blog", "wiki")) {
      Path root = Files.createDirectories(folder.resolve("srv").resolve(app));
      Files.copy(RunningServer.APPS.resolve("site/wsgi.py"), root.resolve("wsgi.py"));
      Path files = Files.createDirectories(root.resolve("public/static"));
      Files.writeString(files.resolve("site.css"), "/* of " + app + " */");
    }
    certificate = TestCertificate.make(folder);
    places.put("/run/carpool-www", makeSocketFolder().toString());
    places.put("\"/srv/", "\"" + folder + "/srv/");
    places.put(" /srv/", " " + folder + "/srv/");
    places.put("/etc/ssl/certs/www.example.com.pem", certificate.file().toString());
    places.put("/etc/ssl/private/www.example.com.key", certificate.key().toString());
    if (!isRoot()) {
      places.put("\"www-data\"", "\"" + ownGroup() + "\"");
    }
    configure(edit);
    carpool = RunningServer.configured(configuration());
  }

  /** As the documents have it. */
  static Site open() throws IOException, InterruptedException {
    return open(text -> text);
  }

  /**
   * With changes.
   *
   * @param edit of carpool.toml
   */
  static Site open(UnaryOperator<String> edit) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("cs");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    return new Site(folder, edit);
  }

  /** With a pool of so many processes, and so much room to wait. */
  static Site open(int max, int queueMax) throws IOException, InterruptedException {
    return open(text -> limited(text, max, queueMax));
  }

  static String limited(String text, int max, int queueMax) {
    return text.replace("max = 6 ", "max = " + max)
        .replace("queue_max = 100 ", "queue_max = " + queueMax);
  }

  static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** The folder for sockets, with the permissions that the documents give it. */
  private Path makeSocketFolder() throws IOException {
    Path sockets = Files.createDirectory(folder.resolve("www"));
    if (isRoot()) {
      GroupPrincipal group =
          sockets
              .getFileSystem()
              .getUserPrincipalLookupService()
              .lookupPrincipalByGroupName("www-data");
      Files.getFileAttributeView(sockets, PosixFileAttributeView.class).setGroup(group);
    }
    Files.setPosixFilePermissions(sockets, PosixFilePermissions.fromString("rwxr-x---"));
    return sockets;
  }

  private String ownGroup() throws IOException {
    return Files.readAttributes(folder, PosixFileAttributes.class).group().getName();
  }

  private Path configuration() {
    return folder.resolve("carpool.toml");
  }

  /** Writes carpool.toml: the documents' with changes. */
  void configure(UnaryOperator<String> edit) throws IOException {
    String text = String.join("", Documented.files("nginx.md", "toml", places).values());
    assertThat(String.join("", Documented.files("apache.md", "toml", places).values()))
        .as("both pages have the same carpool.toml, but for the web server's name")
        .isEqualTo(text.replace("nginx", "Apache"));
    Files.writeString(configuration(), edit.apply(text));
  }

  /** Lets nginx stand in front, from now on. */
  WebServer nginx() throws IOException {
    Nginx.assumeInstalled();
    return add(Nginx.start(folder.resolve("nginx"), places));
  }

  /** Lets Apache stand in front, from now on. */
  WebServer apache() throws IOException {
    Apache.assumeInstalled();
    return add(Apache.start(folder.resolve("apache"), places));
  }

  private WebServer add(WebServer webServer) {
    webServers.add(webServer);
    return webServer;
  }

  /** Lets both stand in front. */
  List<WebServer> both() throws IOException {
    return List.of(nginx(), apache());
  }

  RunningServer carpool() {
    return carpool;
  }

  /** Starts Carpool again, after it was stopped. */
  void startCarpool() throws IOException {
    carpool = RunningServer.configured(configuration());
  }

  /** Lets Carpool read its configuration again, after changes. */
  void reconfigure(UnaryOperator<String> edit) throws IOException, InterruptedException {
    configure(edit);
    int reloads = carpool.log().split("was reloaded", -1).length;
    carpool.signal("HUP");
    await("it is reloaded")
        .atMost(Duration.ofSeconds(10))
        .until(() -> carpool.log().split("was reloaded", -1).length > reloads);
  }

  /** Waits until so many processes run and none is busy. Returns what Carpool has open then. */
  Map<String, Long> quiet(WebServer server, int processes) throws Exception {
    try (Visits visits = new Visits(this, List.of(server), "/sleep?s=0.6")) {
      assertThat(Visits.failed(visits.burst(processes).await())).isEmpty();
    }
    carpool.awaitFigure("count", processes);
    carpool.awaitFigure("active", 0);
    return carpool.descriptors();
  }

  /** A visitor of a site, by its name. */
  WebClient visitor(WebServer server, String name) {
    return new WebClient(server.port(), null, name);
  }

  /** A visitor of the site that has the application at its root. */
  WebClient visitor(WebServer server) {
    return visitor(server, "www.example.com");
  }

  /** A visitor over HTTPS. */
  WebClient secureVisitor(WebServer server) throws IOException {
    return new WebClient(server.tlsPort(), certificate.trusting(), "www.example.com");
  }

  Path socket(String name) {
    return folder.resolve("www").resolve(name + ".sock");
  }

  Object inode(String name) throws IOException {
    return Files.getAttribute(socket(name), "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  /** The processes that serve the applications: their preloaders forked them. */
  List<ProcessHandle> processes() {
    return helpers().stream()
        .filter(process -> process.parent().map(ProcessHandle::pid).orElse(0L) != carpool.pid())
        .toList();
  }

  /** All processes that have a line to the server: those that serve, and their preloaders. */
  List<ProcessHandle> helpers() {
    return ProcessHandle.of(carpool.pid()).orElseThrow().descendants().toList();
  }

  @Override
  public void close() throws IOException {
    try {
      webServers.forEach(WebServer::close);
      carpool.close();
      try (var left = Files.list(folder.resolve("www"))) {
        assertThat(left).as("sockets left behind").isEmpty();
      }
    } finally {
      carpool.close();
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
