package dev.carpool.server;

import com.google.common.collect.ImmutableList;
import dev.carpool.config.Address;
import dev.carpool.config.ConfigException;
import dev.carpool.config.Environment;
import dev.carpool.config.Listener;
import dev.carpool.config.ServerConfig;
import dev.carpool.words.Arguments;
import dev.carpool.words.MisuseException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** {@code carpool serve}: a pool, and an HTTP server in front of it. */
final class ServeCommand implements Command {

  private static final int DEFAULT_PORT = 8080;
  private static final String DEFAULT_HOST = "127.0.0.1";

  /**
   * What was asked for on the command line.
   *
   * @param folder of the application; null if none was named
   * @param port null if none was named
   * @param recognition how the folder is run
   * @param environment null for what is usual for a folder or is in the file
   */
  private record Wish(
      CommonOptions options,
      @Nullable Path folder,
      String host,
      @Nullable Integer port,
      FolderRecognition recognition,
      @Nullable Environment environment) {

    static Wish take(Arguments arguments) throws MisuseException, IOException {
      CommonOptions options = CommonOptions.take(arguments);
      Integer port = arguments.number("--port", 0);
      if (port != null && port > 65535) {
        throw new MisuseException("there is no port " + port + "; the highest is 65535");
      }
      String host = arguments.option("--host");
      FolderRecognition recognition = FolderRecognition.take(arguments);
      Environment environment = environment(arguments.option("--environment"));
      Path folder = CommonOptions.path(arguments.next());
      arguments.end();
      return new Wish(
          options, folder, host == null ? DEFAULT_HOST : host, port, recognition, environment);
    }

    private static @Nullable Environment environment(@Nullable String word) throws MisuseException {
      if (word == null) {
        return null;
      }
      for (Environment environment : Environment.values()) {
        if (environment.word().equals(word)) {
          return environment;
        }
      }
      throw new MisuseException("--environment is development or production, not '" + word + "'");
    }

    Listener.Http listener() {
      return new Listener.Http(host, port == null ? DEFAULT_PORT : port);
    }
  }

  @Override
  public String help() {
    return """
    Usage: carpool serve [DIR] [--port N] [OPTIONS]
           carpool serve -c FILE [OPTIONS]

    Serves an application over HTTP, with a pool of its processes behind it.

    A folder (this one if none is named) is served in development, under its name:
    when a file in it has changed, the next request is served by new code, and an
    application that cannot start says why in the browser. The URL of the admin page
    is printed (docs/admin.md); with -c it is off unless [admin] listen says where.

    With -c the listeners of the file are served in production: HTTP, and SCGI for
    nginx and Apache (docs/nginx.md, docs/apache.md). The signal HUP lets it read the
    file again, and loses no request.

    Options:
      --port N           where to listen for HTTP; 0 for any free port; 8080 if not
                         given
      --host ADDRESS     the address to listen on; * for all; 127.0.0.1 if not given
      --environment WORD development or production, whatever else was said
    """
        + FolderRecognition.help()
        + CommonOptions.help()
        + """

        Examples:
          carpool serve examples/guestbook
          carpool serve . --port 3000 --max 2 --python /usr/bin/python3
          carpool serve -c /etc/carpool.toml
        """;
  }

  @Override
  public int run(Arguments arguments)
      throws MisuseException, ConfigException, IOException, InterruptedException {
    Wish wish = Wish.take(arguments);
    CommonOptions options = wish.options();
    FolderRecognition.Recognised folder =
        options.config() == null ? wish.recognition().of(wish.folder()) : null;
    ServerConfig config = wanted(wish, folder);
    try (PoolServer server = PoolServer.start(config, options.directory())) {
      if (options.config() != null) {
        server.onReload(() -> wanted(wish, null));
      }
      PrintStream out = System.out;
      if (folder != null) {
        out.println(folder.how());
      }
      server
          .listen()
          .forEach( // no format: it would load the locales before the server is ready
              (app, places) ->
                  places.forEach(place -> out.println("Carpool serves " + app + " at " + place)));
      out.flush();
      server.openAdmin();
      if (options.config() == null && server.adminPage() != null) {
        out.println("  admin page         " + server.adminPage());
      }
      out.printf(
          """
            runtime directory  %1$s
            look inside        carpool status%2$s    or    cat %1$s/status.fifo
            change             carpool set max 3%2$s, carpool restart %3$s%2$s, carpool stop%2$s
          """,
          server.directory(),
          options.runtimeDirectory() == null ? "" : " --runtime-dir " + options.runtimeDirectory(),
          config.apps().getFirst().spec().name());
      out.flush();
      server.awaitStop();
    }
    return 0;
  }

  private static ServerConfig wanted(Wish wish, FolderRecognition.@Nullable Recognised folder)
      throws MisuseException, ConfigException {
    ServerConfig config = wish.options().read();
    Path file = wish.options().config();
    if (folder != null) {
      config = config.withEnvironment(Environment.DEVELOPMENT);
    }
    if (wish.environment() != null) {
      config = config.withEnvironment(wish.environment());
    }
    if (folder != null && config.environment() == Environment.DEVELOPMENT) {
      config = config.withAdmin(config.admin().withListen(new Address.Tcp(DEFAULT_HOST, 0)));
    }
    if (folder != null) {
      return config.withApps(
          ImmutableList.of(new ServerConfig.App(folder.app(), ImmutableList.of(wish.listener()))));
    }
    if (wish.folder() != null) {
      throw new MisuseException("Give a folder or -c FILE, not both.");
    }
    if (wish.port() != null && config.apps().size() == 1) {
      config =
          config.withApps(
              ImmutableList.of(
                  new ServerConfig.App(
                      config.apps().getFirst().spec(), ImmutableList.of(wish.listener()))));
    } else if (wish.port() != null) {
      throw new MisuseException(
          "--port is for one application; this file has " + config.apps().size() + ".");
    }
    if (config.apps().stream().allMatch(app -> app.listen().isEmpty())) {
      throw new MisuseException(
          "No application in "
              + file
              + " has a listener; add listen = [\"http:127.0.0.1:8080\"], or give --port.");
    }
    return config;
  }
}
