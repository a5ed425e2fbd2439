package dev.carpool.wire;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.carpool.api.AppKind;
import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException.BadRequest;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Applications that a client brings with its request.
 *
 * <p>The name of such an application does not travel: its key in the pool is the real path of its
 * root.
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
            .setMin(app.min())
            .setStartTimeoutMillis(Quantities.millis(app.startTimeout()));
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
    AppKind kind = kind(message.getKind());
    if (message.getMin() < 0) {
      throw new BadRequest(
          "min is %s, but cannot be more than %d"
              .formatted(Integer.toUnsignedString(message.getMin()), Integer.MAX_VALUE));
    }
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
    return new AppSpec(
        place.name(),
        place.root(),
        kind,
        message.getEntry().isEmpty() ? null : message.getEntry(),
        ImmutableList.copyOf(message.getCommandList()),
        ImmutableMap.copyOf(message.getEnvMap()),
        message.getMin(),
        message.getStartTimeoutMillis() == 0
            ? AppSpec.DEFAULT_START_TIMEOUT
            : Quantities.unsignedMillis(message.getStartTimeoutMillis()));
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

  private static AppKind kind(String word) throws BadRequest {
    if (word.isEmpty()) {
      return AppKind.AUTO;
    }
    for (AppKind kind : AppKind.values()) {
      if (kind.word().equals(word)) {
        return kind;
      }
    }
    throw new BadRequest(
        "kind '%s' is unknown; known are %s"
            .formatted(
                word,
                Arrays.stream(AppKind.values())
                    .map(AppKind::word)
                    .collect(Collectors.joining(", "))));
  }

  private static void withoutNul(String what, String text) throws BadRequest {
    if (text.indexOf('\0') >= 0) {
      throw new BadRequest(what + " contains a NUL character");
    }
  }
}
