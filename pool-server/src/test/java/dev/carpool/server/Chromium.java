package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Debian's browser without a window, driven by its DevTools protocol. */
final class Chromium implements AutoCloseable {

  private static final Path PROGRAM = Path.of("/usr/bin/chromium");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path profile;
  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final String devTools;

  private Chromium() throws IOException {
    profile = Files.createTempDirectory("chromium");
    process =
        new ProcessBuilder(
                PROGRAM.toString(),
                "--headless=new",
                "--no-sandbox", // which root's browser cannot have
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-extensions",
                "--disable-background-networking",
                "--disable-component-update",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(profile.resolve("log").toFile())
            .start();
    Path port = profile.resolve("DevToolsActivePort");
    await("the browser").atMost(PATIENCE).until(() -> Files.exists(port) && Files.size(port) > 5);
    devTools = "http://127.0.0.1:" + Files.readAllLines(port).getFirst();
  }

  /** Starts it; skips the test, aloud, where it is not installed. On a build server that fails. */
  static Chromium start() throws IOException {
    if (!Files.isExecutable(PROGRAM)) {
      String missing = "Skipped: there is no " + PROGRAM + "; apt-get install chromium";
      assertThat(System.getenv("CI")).as(missing).isNotEqualTo("true");
      System.out.println(missing);
      Assumptions.abort(missing);
    }
    return new Chromium();
  }

  /** A new tab. */
  Tab open(String url) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(devTools + "/json/new?about:blank"))
            .PUT(HttpRequest.BodyPublishers.noBody())
            .build();
    JsonObject page =
        JsonParser.parseString(http.send(request, BodyHandlers.ofString()).body())
            .getAsJsonObject();
    Tab tab = new Tab(http, URI.create(page.get("webSocketDebuggerUrl").getAsString()));
    tab.go(url);
    return tab;
  }

  @Override
  public void close() throws IOException {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(each -> each.onExit().orTimeout(5, TimeUnit.SECONDS).join());
    http.shutdownNow();
    try (Stream<Path> files = Files.walk(profile)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** One page and what it says. */
  static final class Tab implements WebSocket.Listener, AutoCloseable {
    private final WebSocket socket;
    private final AtomicInteger last = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonObject>> asked = new ConcurrentHashMap<>();
    private final StringBuilder text = new StringBuilder();

    private Tab(HttpClient http, URI uri) {
      socket = http.newWebSocketBuilder().buildAsync(uri, this).join();
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean whole) {
      text.append(data);
      if (whole) {
        JsonObject message = JsonParser.parseString(text.toString()).getAsJsonObject();
        text.setLength(0);
        if (message.has("id")) {
          CompletableFuture<JsonObject> answer = asked.remove(message.get("id").getAsInt());
          if (answer != null) {
            answer.complete(message);
          }
        }
      }
      webSocket.request(1);
      return CompletableFuture.completedStage(null);
    }

    /** Calls a method of the protocol and returns its result. */
    JsonObject call(String method, Map<String, ?> parameters) {
      int id = last.incrementAndGet();
      CompletableFuture<JsonObject> answer = new CompletableFuture<>();
      asked.put(id, answer);
      String message = new Gson().toJson(Map.of("id", id, "method", method, "params", parameters));
      socket.sendText(message, true).join();
      JsonObject said = answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
      assertThat(said.has("error")).as("%s: %s", method, said).isFalse();
      return said.getAsJsonObject("result");
    }

    void go(String url) {
      call("Page.navigate", Map.of("url", url));
      await(url)
          .atMost(PATIENCE)
          .until(
              () ->
                  tell("location.href !== 'about:blank' && document.readyState")
                      .equals("complete"));
    }

    /** What an expression is in the page, as a text; a promise is waited for. */
    String tell(String expression) {
      JsonObject result =
          call(
              "Runtime.evaluate",
              Map.of(
                  "expression",
                  "Promise.resolve(" + expression + ").then(String, String)",
                  "awaitPromise",
                  true));
      assertThat(result.has("exceptionDetails")).as("%s: %s", expression, result).isFalse();
      return result.getAsJsonObject("result").get("value").getAsString();
    }

    /** The text of what a selector finds first. */
    String text(String selector) {
      return tell("document.querySelector('" + selector + "').innerText");
    }

    /** How many elements a selector finds. */
    int count(String selector) {
      return Integer.parseInt(tell("document.querySelectorAll('" + selector + "').length"));
    }

    /** Types a word into a field, as with the keyboard, in place of what is there. */
    void type(String selector, String word) {
      var _ = tell("(e => { e.focus(); e.select(); })(document.querySelector('" + selector + "'))");
      call("Input.insertText", Map.of("text", word));
    }

    void press(String key, int code) {
      for (String type : List.of("keyDown", "keyUp")) {
        call(
            "Input.dispatchKeyEvent",
            Map.of(
                "type",
                type,
                "key",
                key,
                "code",
                key,
                "windowsVirtualKeyCode",
                code,
                "text",
                type.equals("keyDown") && key.equals("Enter") ? "\r" : ""));
      }
    }

    /** A picture of the page, in pixels of one to one. */
    byte[] picture(int width, int height) {
      call(
          "Emulation.setDeviceMetricsOverride",
          Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
      String data =
          call("Page.captureScreenshot", Map.of("format", "png")).get("data").getAsString();
      return Base64.getDecoder().decode(data);
    }

    @Override
    public void close() {
      call("Page.close", Map.of());
      socket.abort();
    }

    /** Shows it as to somebody who likes {@code dark} or {@code light}, and nothing that moves. */
    void prefer(String scheme) {
      call(
          "Emulation.setEmulatedMedia",
          Map.of(
              "features",
              List.of(
                  Map.of("name", "prefers-color-scheme", "value", scheme),
                  Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    }
  }
}
