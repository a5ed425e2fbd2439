package dev.carpool.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.carpool.backlog.AcceptQueue;
import dev.carpool.backlog.OverflowCounters;
import dev.carpool.backlog.Owners;
import org.jspecify.annotations.Nullable;

/**
 * Accept queues for programs, on one line. Fields may come, but none goes or changes its meaning:
 *
 * <pre>
 * at                  ISO 8601, UTC
 * listeners[]: listener (the word that names it), inode, waiting, limit,
 *   capacity          how many fit: limit + 1
 *   full_percent      100 when the next one does not fit
 *   peak              the longest while watching, else null
 *   syn_queue, drops  of TCP, else null
 *   owner             null, or pid and program
 * gone[]              what was named and is not there
 * unseen[]            what the kernel could not list, and why, for people
 * listen_overflows, listen_drops  of TCP since the network namespace exists; null if unknown
 * </pre>
 */
final class BacklogJson {

  private BacklogJson() {}

  static String of(BacklogView view) {
    JsonObject json = new JsonObject();
    json.addProperty("at", view.at().toString());
    JsonArray listeners = new JsonArray();
    view.lines().forEach(line -> listeners.add(listener(line)));
    json.add("listeners", listeners);
    JsonArray gone = new JsonArray();
    view.gone().forEach(name -> gone.add(name.toString()));
    json.add("gone", gone);
    JsonArray unseen = new JsonArray();
    view.unseen().forEach(unseen::add);
    json.add("unseen", unseen);
    OverflowCounters counters = view.counters();
    json.add("listen_overflows", known(counters == null ? -1 : counters.overflows()));
    json.add("listen_drops", known(counters == null ? -1 : counters.drops()));
    return new GsonBuilder().serializeNulls().disableHtmlEscaping().create().toJson(json);
  }

  private static JsonObject listener(BacklogView.Line line) {
    AcceptQueue queue = line.queue();
    JsonObject json = new JsonObject();
    json.addProperty("listener", queue.address().toString());
    json.addProperty("inode", queue.inode());
    json.addProperty("waiting", queue.waiting());
    json.addProperty("limit", queue.limit());
    json.addProperty("capacity", queue.capacity());
    json.addProperty("full_percent", queue.percent());
    json.add("peak", known(line.peak()));
    json.add("syn_queue", known(queue.halfOpen()));
    json.add("drops", known(queue.drops()));
    json.add("owner", owner(line.owner()));
    return json;
  }

  private static JsonElement known(long number) {
    return number == AcceptQueue.UNKNOWN ? JsonNull.INSTANCE : new JsonPrimitive(number);
  }

  private static JsonElement owner(Owners.@Nullable Owner owner) {
    if (owner == null) {
      return JsonNull.INSTANCE;
    }
    JsonObject json = new JsonObject();
    json.addProperty("pid", owner.pid());
    json.addProperty("program", owner.program());
    return json;
  }
}
