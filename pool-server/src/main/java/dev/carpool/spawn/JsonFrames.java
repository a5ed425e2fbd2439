package dev.carpool.spawn;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/**
 * Lines of JSON, as Node's processes speak them on their channel: Node takes a descriptor that
 * comes with the words {@code NODE_HANDLE}, and says of each, in order, whether it got it.
 */
final class JsonFrames implements Frames {

  /** A reason with all of its characters escaped is shorter. */
  private static final int MAX_LINE = 128 * 1024;

  private static final int SHOWN = 40;
  private static final int MAX_OUTGOING = 128;
  private static final ThreadLocal<MemorySegment> OUTGOING =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(MAX_OUTGOING));
  private static final byte[] NOTHING = {};
  private static final byte[] WHOLE = {0};
  private static final byte[] CUT_SHORT = {1};

  /** Sessions whose descriptor was sent, and of which Node has not said whether it came. */
  private final Deque<Integer> onTheirWay = new ConcurrentLinkedDeque<>();

  @Override
  public boolean keepConnections() {
    return true;
  }

  @Override
  public MemorySegment outgoing(char type, int id) {
    String words =
        switch (type) {
          case Line.SERVE ->
              "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":{\"serve\":"
                  + Integer.toUnsignedString(id)
                  + "}}\n";
          case Line.STOP -> "{\"stop\":true}\n";
          case Line.DRAIN -> "{\"drain\":true}\n";
          default -> "{\"" + type + "\":" + Integer.toUnsignedString(id) + "}\n";
        };
    byte[] bytes = words.getBytes(UTF_8);
    MemorySegment line = OUTGOING.get().asSlice(0, bytes.length);
    MemorySegment.copy(bytes, 0, line, JAVA_BYTE, 0, bytes.length);
    return line;
  }

  @Override
  public void sending(char type, int id) {
    if (type == Line.SERVE) {
      onTheirWay.add(id);
    }
  }

  @Override
  public void notSent(char type, int id) {
    if (type == Line.SERVE) {
      onTheirWay.removeLastOccurrence(id);
    }
  }

  @Override
  public long incoming(MemorySegment bytes, Listener listener) throws NoFrameException {
    byte[] all = bytes.toArray(JAVA_BYTE);
    int start = 0;
    for (int at = 0; at < all.length; at++) {
      if (all[at] == '\n') {
        line(new String(all, start, at - start, UTF_8), listener);
        start = at + 1;
      }
    }
    if (all.length - start > MAX_LINE) {
      throw new NoFrameException(new String(all, start, SHOWN, UTF_8) + "...");
    }
    return start;
  }

  private void line(String line, Listener listener) throws NoFrameException {
    JsonObject words = parse(line);
    JsonElement command = words.get("cmd");
    try {
      if (command != null) {
        node(command.getAsString(), listener);
      } else if (!said(words, listener)) {
        throw new NoFrameException(head(line));
      }
    } catch (IllegalStateException | UnsupportedOperationException | NumberFormatException e) {
      throw new NoFrameException(head(line)); // a value of another type
    }
  }

  private static JsonObject parse(String line) throws NoFrameException {
    JsonReader reader = new JsonReader(new StringReader(line));
    reader.setStrictness(Strictness.STRICT);
    try {
      if (JsonParser.parseReader(reader) instanceof JsonObject words
          && reader.peek() == JsonToken.END_DOCUMENT) {
        return words;
      }
    } catch (JsonParseException | IOException e) {
      // which is said below
    }
    throw new NoFrameException(head(line));
  }

  private static String head(String line) {
    return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "...";
  }

  /** What Node itself says on its channel. */
  private void node(String command, Listener listener) {
    switch (command) {
      case "NODE_HANDLE_ACK" -> onTheirWay.poll();
      case "NODE_HANDLE_NACK" -> {
        Integer lost = onTheirWay.poll();
        if (lost != null) {
          listener.onFrame(Line.DONE, lost, CUT_SHORT); // too many files are open there
        }
      }
      default -> {} // among Nodes
    }
  }

  private static boolean said(JsonObject words, Listener listener) {
    JsonElement value;
    if ((value = words.get("done")) != null) {
      boolean complete = words.get("complete") instanceof JsonElement said && said.getAsBoolean();
      listener.onFrame(Line.DONE, (int) value.getAsLong(), complete ? WHOLE : CUT_SHORT);
    } else if ((value = words.get("answering")) != null) {
      listener.onFrame(Line.ANSWERING, (int) value.getAsLong(), NOTHING);
    } else if ((value = words.get("step")) != null) {
      listener.onFrame(Line.STEP, 0, bytes(value));
    } else if ((value = words.get("ready")) != null) {
      listener.onFrame(Line.READY, value.getAsInt(), trace(words.get("trace")));
    } else if ((value = words.get("failed")) != null) {
      listener.onFrame(Line.FAILED, 0, bytes(value));
    } else {
      return false;
    }
    return true;
  }

  private static byte[] trace(@Nullable JsonElement signal) {
    return signal == null ? NOTHING : ("trace=" + signal.getAsInt()).getBytes(UTF_8);
  }

  private static byte[] bytes(JsonElement text) {
    return text.getAsString().getBytes(UTF_8);
  }
}
