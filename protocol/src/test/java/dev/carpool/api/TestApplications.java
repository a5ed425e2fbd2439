package dev.carpool.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The applications of the tests, each test with copies of its own. */
final class TestApplications {

  /** Seen from the directory of whichever module runs the contract. */
  private static final Path ORIGINALS = Path.of("..", "protocol", "src", "test", "apps");

  /** The system's, if there is one: what stands before it in a PATH may be a slow wrapper. */
  private static final List<String> PYTHON =
      Stream.of("/usr/bin/python3").filter(path -> Files.isExecutable(Path.of(path))).toList();

  private final Path directory;

  TestApplications(Path directory) {
    this.directory = directory;
  }

  /** Says {@code hello world}, and at {@code /bar} {@code bar 1!}. */
  AppSpec hello() {
    return app("hello");
  }

  /** Says {@code this is B}. */
  AppSpec other() {
    return app("other");
  }

  /** The original of {@link #hello()}, under a name. */
  static AppSpec helloByName(String name) {
    return AppSpec.named(name, ORIGINALS.resolve("hello").toAbsolutePath().normalize())
        .withCommand(PYTHON)
        .withEnv(Map.of("PYTHONDONTWRITEBYTECODE", "1"));
  }

  /** A copy of one of the folders of the originals. */
  AppSpec app(String name) {
    Path root = directory.resolve(name);
    try {
      if (!Files.exists(root)) {
        Files.createDirectories(root.resolve("tmp"));
        try (Stream<Path> files = Files.list(ORIGINALS.resolve(name))) {
          for (Path file : files.filter(Files::isRegularFile).toList()) {
            Files.copy(file, root.resolve(file.getFileName()));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return AppSpec.ofRoot(root).withCommand(PYTHON);
  }

  /** Installs the code of {@link #hello()} that says {@code bar VERSION!}. */
  static void install(AppSpec hello, int version) throws IOException {
    Path code = hello.root().resolve("wsgi.py");
    // Another length for each version: Python takes a file with the same second and size as known.
    String text = Files.readString(code).replaceAll("b\"bar .*", "b\"bar " + version + "!\"");
    Files.writeString(code, text + "#".repeat(version));
  }
}
