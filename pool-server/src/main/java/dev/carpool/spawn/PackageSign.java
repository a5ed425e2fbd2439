package dev.carpool.spawn;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Node's {@code package.json}: what its script {@code start} runs with node, else its {@code main}.
 * One without either, or whose file is not there, may belong to any application.
 */
record PackageSign() implements Sign {

  private static final int LARGEST = 1 << 20;
  private static final Pattern START = Pattern.compile("node ((?!-)[^\\s;&|<>$\"']+)");

  @Override
  public String file() {
    return "package.json";
  }

  @Override
  public Optional<Shown> in(Path root) {
    Path file = root.resolve(file());
    JsonObject described = read(file);
    if (described == null) {
      return Optional.empty();
    }
    if (described.get("scripts") instanceof JsonObject scripts) {
      Matcher start = START.matcher(text(scripts.get("start")).strip());
      Optional<Shown> shown =
          start.matches() ? entry(root, start.group(1), file) : Optional.empty();
      if (shown.isPresent()) {
        return shown;
      }
    }
    return entry(root, text(described.get("main")), file);
  }

  private static @Nullable JsonObject read(Path file) {
    try {
      if (Files.isRegularFile(file)
          && Files.size(file) <= LARGEST
          && JsonParser.parseString(Files.readString(file)) instanceof JsonObject described) {
        return described;
      }
    } catch (IOException | JsonParseException e) {
      // Then it says nothing.
    }
    return null;
  }

  private static String text(@Nullable JsonElement value) {
    return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
  }

  /** As Node finds a file: its ending may be left out. */
  private static Optional<Shown> entry(Path root, String entry, Path by) {
    try {
      for (String name : entry.isBlank() ? new String[0] : new String[] {entry, entry + ".js"}) {
        Path path = root.resolve(name).normalize();
        if (path.startsWith(root) && Files.isRegularFile(path)) {
          return Optional.of(new Shown(root.relativize(path).toString(), by));
        }
      }
    } catch (InvalidPathException e) {
      // It names none.
    }
    return Optional.empty();
  }
}
