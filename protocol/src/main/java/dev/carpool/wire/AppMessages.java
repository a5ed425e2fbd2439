package dev.carpool.wire;

import dev.carpool.api.AppKind;
import dev.carpool.api.AppLimits;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException.BadRequest;
import dev.carpool.api.SpawnMethod;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Applications that a client brings with its request.
 *
 * <p>The name of such an application does not travel: its key in the pool is the real path of its
 * root. Neither does whose processes they are nor where their log is: that is the server's to say.
 */
public final class AppMessages {

  private AppMessages() {}

  public static dev.carpool.wire.proto.AppSpec toMessage(AppSpec app) {
    var message =
        dev.carpool.wire.proto.AppSpec.newBuilder()
            .setRoot(app.root().toAbsolutePath().toString())
            .setKind(app.kind().word())
            .addAllCommand(app.command())
            .putAllEnv(app.env())
            .setSpawn(app.spawn().word())
            .setMin(app.min())
            .setConcurrency(app.concurrency())
            .setMaxRequests(app.limits().maxRequests())
            .setMaxRequestMillis(Quantities.millis(app.limits().maxRequestTime()))
            .setSlowRequestMillis(Quantities.millis(app.limits().slowRequestTime()))
            .setMemoryLimit(app.limits().memory())
            .setHardMemoryLimit(app.limits().hardMemory())
            .setMax(app.limits().max())
            .setStartTimeoutMillis(Quantities.millis(app.startTimeout()));
    Duration maxIdleTime = app.limits().maxIdleTime();
    if (maxIdleTime != null) {
      message.setMaxIdleMillis(Quantities.millis(maxIdleTime));
    }
    if (app.entry() != null) {
      message.setEntry(app.entry());
    }
    return message.build();
  }

  /**
   * Checks what a client says of an application.
   *
   * @throws BadRequest naming the field that is wrong and what it may be
   */
  public static AppSpec fromMessage(dev.carpool.wire.proto.AppSpec message) throws BadRequest {
    Path root = root(message.getRoot());
    AppKind kind = word("kind", message.getKind(), AppKind.AUTO, AppKind::word);
    SpawnMethod spawn = word("spawn", message.getSpawn(), SpawnMethod.SMART, SpawnMethod::word);
    notNegative("min", message.getMin());
    notNegative("concurrency", message.getConcurrency());
    notNegative("max_requests", message.getMaxRequests());
    notNegative("max", message.getMax());
    size("memory_limit", message.getMemoryLimit());
    size("hard_memory_limit", message.getHardMemoryLimit());
    for (String word : message.getCommandList()) {
      withoutNul("a word of the command", word);
    }
    for (var variable : message.getEnvMap().entrySet()) {
      String name = variable.getKey();
      withoutNul("the name of an environment variable", name);
      if (name.isEmpty() || name.indexOf('=') >= 0) {
        throw new BadRequest("'%s' cannot be the name of an environment variable".formatted(name));
      }
      withoutNul("environment variable " + name, variable.getValue());
    }
    AppSpec place = AppSpec.ofRoot(root);
    AppSpec app =
        AppSpec.ofRoot(root)
            .withKind(kind)
            .withEntry(message.getEntry().isEmpty() ? null : message.getEntry())
            .withCommand(message.getCommandList())
            .withEnv(message.getEnvMap())
            .withSpawn(spawn)
            .withMin(message.getMin())
            .withConcurrency(message.getConcurrency())
            .withLimits(
                new AppLimits(
                    message.getMaxRequests(),
                    Quantities.unsignedMillis(message.getMaxRequestMillis()),
                    Quantities.unsignedMillis(message.getSlowRequestMillis()),
                    message.getMemoryLimit(),
                    message.getHardMemoryLimit(),
                    message.getMax(),
                    message.hasMaxIdleMillis()
                        ? Quantities.unsignedMillis(message.getMaxIdleMillis())
                        : null));
    return message.getStartTimeoutMillis() == 0
        ? app
        : app.withStartTimeout(Quantities.unsignedMillis(message.getStartTimeoutMillis()));
  }

  private static Path root(String root) throws BadRequest {
    if (root.isBlank()) {
      throw new BadRequest("an application needs a root: the directory with its code");
    }
    try {
      Path path = Path.of(root);
      if (!path.isAbsolute()) {
        throw new BadRequest("root '%s' is not an absolute path".formatted(root));
      }
      return path;
    } catch (InvalidPathException e) {
      throw new BadRequest("root is not a path: " + e.getReason());
    }
  }

  private static <E extends Enum<E>> E word(
      String what, String said, E usual, Function<E, String> words) throws BadRequest {
    if (said.isEmpty()) {
      return usual;
    }
    E[] known = usual.getDeclaringClass().getEnumConstants();
    for (E constant : known) {
      if (words.apply(constant).equals(said)) {
        return constant;
      }
    }
    throw new BadRequest(
        "%s '%s' is unknown; known are %s"
            .formatted(
                what, said, Arrays.stream(known).map(words).collect(Collectors.joining(", "))));
  }

  private static void notNegative(String what, int number) throws BadRequest {
    if (number < 0) {
      throw new BadRequest(
          "%s is %s, but cannot be more than %d"
              .formatted(what, Integer.toUnsignedString(number), Integer.MAX_VALUE));
    }
  }

  private static void size(String what, long bytes) throws BadRequest {
    if (bytes < 0) {
      throw new BadRequest(
          "%s is %s, but cannot be more than %d bytes"
              .formatted(what, Long.toUnsignedString(bytes), Long.MAX_VALUE));
    }
  }

  private static void withoutNul(String what, String text) throws BadRequest {
    if (text.indexOf('\0') >= 0) {
      throw new BadRequest(what + " contains a NUL character");
    }
  }
}
