package dev.carpool.spawn;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A {@code Procfile}: the command of its line {@code web} is the entry. */
record ProcfileSign() implements Sign {

  private static final int LARGEST = 1 << 16;
  private static final Pattern WEB = Pattern.compile("(?m)^web:[ \\t]*(\\S.*)$");

  /** Variables for one program, which can take the place of the shell. */
  private static final Pattern SIMPLE =
      Pattern.compile("((?:\\w+=[^\\s;&|<>()`\"']*\\s+)*)((?!cd )[^;&|<>()`]+)");

  /** What a shell is given for a command of a Procfile, so that it does not stay if it need not. */
  static String shellLine(String command) {
    Matcher simple = SIMPLE.matcher(command);
    return simple.matches() ? simple.group(1) + "exec " + simple.group(2) : command;
  }

  @Override
  public String file() {
    return "Procfile";
  }

  @Override
  public Optional<Shown> in(Path root) {
    Path file = root.resolve(file());
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
        return Optional.empty();
      }
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      Matcher web = WEB.matcher(text);
      return web.find() ? Optional.of(new Shown(web.group(1).strip(), file)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // not to be read: then it says nothing
    }
  }
}
