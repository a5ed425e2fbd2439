package dev.carpool.server;

import com.google.common.collect.ImmutableList;
import dev.carpool.api.AppSpec;
import dev.carpool.config.ConfigException;
import dev.carpool.config.Environment;
import dev.carpool.config.Listener;
import dev.carpool.config.ServerConfig;
import dev.carpool.gateway.Gateway;
import dev.carpool.spawn.AppDetector;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code carpool serve}: a pool, and an HTTP server in front of it. */
@Command(
    name = "serve",
    description = "Serves an application over HTTP, with a pool of its processes behind it.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footer = {
      "",
      "A folder is served in development: its name is the application's, and error pages say",
      "everything. With -c the listeners of the file are served in production.",
      "",
      "Examples:",
      "  carpool serve examples/guestbook",
      "  carpool serve . --port 3000 --max 2 --python /usr/bin/python3",
      "  carpool serve -c /etc/carpool.toml"
    })
final class ServeCommand implements Callable<Integer> {

  private static final int DEFAULT_PORT = 8080;

  @Spec CommandSpec spec;

  @Mixin CommonOptions options = new CommonOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "The folder of the application. Default: this one, unless -c is given.")
  @Nullable Path directory;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Where to listen for HTTP; 0 for any free port. Default: 8080.")
  @Nullable Integer port;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "The address to listen on; * for all. Default: ${DEFAULT-VALUE}.")
  String host = "127.0.0.1";

  @Option(
      names = "--python",
      paramLabel = "PROGRAM",
      description = "The interpreter for a Python application. Default: python3.")
  @Nullable String python;

  @Override
  public Integer call() throws IOException, ConfigException, InterruptedException {
    ServerConfig config = wanted();
    try (PoolServer server = PoolServer.start(config, options.directory())) {
      PrintWriter out = spec.commandLine().getOut();
      for (ServerConfig.App app : config.apps()) {
        for (Listener listener : app.listen()) {
          Gateway gateway = server.serveHttp(app, listener);
          out.printf(
              "Carpool serves %s at http://%s:%d%n",
              app.spec().name(), urlHost(listener), gateway.address().getPort());
        }
      }
      out.printf(
          """
            runtime directory  %1$s
            look inside        carpool status%2$s    or    cat %1$s/status.fifo
            change             carpool set max 3%2$s, carpool restart %3$s%2$s, carpool stop%2$s
          """,
          server.directory(),
          options.runtimeDirectory == null ? "" : " --runtime-dir " + options.runtimeDirectory,
          config.apps().getFirst().spec().name());
      out.flush();
      server.awaitStop();
    }
    return 0;
  }

  private ServerConfig wanted() throws ConfigException {
    ServerConfig config = options.read();
    if (options.config == null) {
      return config
          .withEnvironment(Environment.DEVELOPMENT)
          .withApps(ImmutableList.of(new ServerConfig.App(folder(), ImmutableList.of(listener()))));
    }
    if (directory != null) {
      throw usage("Give a folder or -c FILE, not both.");
    }
    if (port != null && config.apps().size() == 1) {
      config =
          config.withApps(
              ImmutableList.of(
                  new ServerConfig.App(
                      config.apps().getFirst().spec(), ImmutableList.of(listener()))));
    } else if (port != null) {
      throw usage("--port is for one application; this file has " + config.apps().size() + ".");
    }
    if (config.apps().stream().allMatch(app -> app.listen().isEmpty())) {
      throw usage(
          "No application in "
              + options.config
              + " has a listener; add listen = [\"http:127.0.0.1:8080\"], or give --port.");
    }
    return config;
  }

  private Listener listener() {
    int number = port == null ? DEFAULT_PORT : port;
    if (number < 0 || number > 65535) {
      throw usage("There is no port " + number + "; the highest is 65535.");
    }
    return new Listener(host, number);
  }

  private AppSpec folder() {
    Path root = (directory == null ? Path.of("") : directory).toAbsolutePath().normalize();
    if (!Files.isDirectory(root)) {
      throw usage(root + (Files.exists(root) ? " is no folder." : " does not exist."));
    }
    AppDetector.Found found =
        AppDetector.detect(root)
            .orElseThrow(
                () ->
                    usage(
                        "Nothing in "
                            + root
                            + " says how to run it: no wsgi.py, passenger_wsgi.py, app.py or"
                            + " manage.py. With -c carpool.toml anything can be named."));
    Path name = root.getFileName();
    AppSpec app =
        AppSpec.named(name == null ? "app" : name.toString(), root)
            .withKind(found.kind())
            .withEntry(found.entry());
    return python == null ? app : app.withCommand(List.of(python));
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private static String urlHost(Listener listener) {
    String shown = listener.host().equals("*") ? "0.0.0.0" : listener.host();
    return shown.contains(":") ? "[" + shown + "]" : shown;
  }
}
