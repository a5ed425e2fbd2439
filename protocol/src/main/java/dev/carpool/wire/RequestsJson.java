package dev.carpool.wire;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.carpool.api.RunningRequest;
import dev.carpool.api.Units;
import java.util.List;

/**
 * The requests that are being served, for programs: a list, the oldest first. Stable, as {@link
 * StatusJson} is.
 *
 * <pre>
 * [] app, pid, session, age_seconds, what   method and path; empty if the process does not say
 * </pre>
 */
public final class RequestsJson {

  private RequestsJson() {}

  /** The list, indented, without a newline at the end. */
  public static String of(List<RunningRequest> requests) {
    return gson().setPrettyPrinting().create().toJson(list(requests));
  }

  /** The same in one line. */
  public static String line(List<RunningRequest> requests) {
    return gson().create().toJson(list(requests));
  }

  private static GsonBuilder gson() {
    return new GsonBuilder().disableHtmlEscaping();
  }

  static JsonArray list(List<RunningRequest> requests) {
    JsonArray list = new JsonArray();
    for (RunningRequest request : requests) {
      JsonObject json = new JsonObject();
      json.addProperty("app", request.app());
      json.addProperty("pid", request.pid());
      json.addProperty("session", request.session());
      json.addProperty("age_seconds", Units.seconds(request.age()));
      json.addProperty("what", request.what());
      list.add(json);
    }
    return list;
  }
}
