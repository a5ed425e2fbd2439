package dev.carpool.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A command that ran on a terminal of its own, with somebody typing.
 *
 * @param shown all that the terminal was sent
 * @param modes its modes before, while and after
 */
record OnTerminal(String shown, int status, JsonArray before, JsonArray during, JsonArray after) {

  private static final Path TYPIST = Path.of("src/test/terminal/typist.py").toAbsolutePath();

  /** What the typist does, step by step. */
  static final class Steps {
    private final List<List<Object>> steps = new ArrayList<>();

    /** Waits until this is shown, since what was typed last. */
    Steps await(String shown) {
      return add("await", shown);
    }

    Steps type(String keys) {
      return add("type", keys);
    }

    Steps size(int rows, int columns) {
      return add("size", rows, columns);
    }

    Steps signal(String name) {
      return add("signal", name);
    }

    /** Sends a signal to another process. */
    Steps signal(String name, long pid) {
      return add("signal", name, pid);
    }

    private Steps add(Object... step) {
      steps.add(List.of(step));
      return this;
    }

    OnTerminal run(ProcessBuilder command) throws IOException, InterruptedException {
      List<String> words = new ArrayList<>();
      words.addAll(List.of("python3", TYPIST.toString(), new Gson().toJson(steps)));
      words.addAll(command.command());
      ProcessBuilder typist = new ProcessBuilder(words);
      typist.environment().putAll(command.environment());
      typist.environment().put("TERM", "xterm");
      if (!command.environment().containsKey("NO_COLOR")) {
        typist.environment().remove("NO_COLOR");
      }
      Process process = typist.start();
      String out = new String(process.getInputStream().readAllBytes(), UTF_8);
      String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(err).isZero();
      JsonObject said = JsonParser.parseString(out).getAsJsonObject();
      assertThat(said.get("status").isJsonNull()).as("it ends; shown: " + out).isFalse();
      return new OnTerminal(
          said.get("shown").getAsString(),
          said.get("status").getAsInt(),
          said.getAsJsonArray("before"),
          said.getAsJsonArray("during"),
          said.getAsJsonArray("after"));
    }
  }

  static Steps steps() {
    return new Steps();
  }

  /** What would be read if nothing were painted. */
  String plain() {
    return shown.replaceAll("\u001b\\[[0-9;?]*[a-zA-Z]", "").replace("\r", "");
  }

  /** Asserts that the terminal is as it was, the screen given back and the cursor there. */
  OnTerminal leftAsItWas() {
    assertThat(after).as("modes").isEqualTo(before);
    assertThat(shown)
        .contains("\u001b[?7h\u001b[?25h\u001b[?1049l")
        .containsOnlyOnce("\u001b[?1049l");
    return this;
  }

  /** Environment variables of a command. */
  static ProcessBuilder with(ProcessBuilder command, Map<String, String> environment) {
    command.environment().putAll(environment);
    return command;
  }
}
