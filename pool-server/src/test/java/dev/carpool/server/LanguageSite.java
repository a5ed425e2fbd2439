package dev.carpool.server;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the page of a language describes, in a folder of its own, with an example of ours. */
final class LanguageSite implements AutoCloseable {

  private final Path folder;
  private final RunningServer carpool;
  private final List<WebServer> webServers;

  private LanguageSite(Path folder, String page, String app) throws IOException {
    this.folder = folder;
    copy(Path.of("../examples").resolve(app), folder.resolve("srv").resolve(app));
    Path sockets = Files.createDirectory(folder.resolve("www"));
    Map<String, String> places = new LinkedHashMap<>();
    places.put("/run/carpool-www", sockets.toString());
    places.put("\"/srv/", "\"" + folder + "/srv/");
    places.put(" /srv/", " " + folder + "/srv/");
    if (Site.isRoot()) {
      var users = folder.getFileSystem().getUserPrincipalLookupService();
      Files.getFileAttributeView(sockets, PosixFileAttributeView.class)
          .setGroup(users.lookupPrincipalByGroupName("www-data"));
    } else {
      String group = Files.readAttributes(folder, PosixFileAttributes.class).group().getName();
      places.put("\"www-data\"", "\"" + group + "\"");
    }
    Files.setPosixFilePermissions(sockets, PosixFilePermissions.fromString("rwxr-x---"));
    String configuration = String.join("", Documented.files(page, "toml", places).values());
    carpool =
        RunningServer.configured(Files.writeString(folder.resolve("carpool.toml"), configuration));
    webServers =
        List.of(
            Nginx.start(folder.resolve("nginx"), page, places),
            Apache.start(folder.resolve("apache"), page, places));
  }

  /**
   * Starts Carpool and both web servers.
   *
   * @param page of the documents
   * @param app the example that the page serves
   */
  static LanguageSite open(String page, String app) throws IOException {
    Nginx.assumeInstalled();
    Apache.assumeInstalled();
    Path folder = Files.createTempDirectory("cl");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    return new LanguageSite(folder, page, app);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (!file.startsWith(from.resolve("data"))) {
          Files.copy(file, to.resolve(from.relativize(file).toString()));
        }
      }
    }
  }

  List<WebServer> both() {
    return webServers;
  }

  RunningServer carpool() {
    return carpool;
  }

  /** A visitor of a site, by its name. */
  WebClient visitor(WebServer server, String name) {
    return new WebClient(server.port(), null, name);
  }

  @Override
  public void close() throws IOException {
    webServers.forEach(WebServer::close);
    carpool.close();
    MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
  }
}
