package dev.carpool.server;

import dev.carpool.api.PoolLimits;
import dev.carpool.api.Units;
import dev.carpool.config.ServerConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What another configuration changes, in words for the audit: each with from and to. */
final class Difference {

  private final List<String> words = new ArrayList<>();

  private Difference() {}

  /**
   * The differences of two configurations.
   *
   * @param limits that are in force before, which somebody may have set since the file was read
   */
  static String of(ServerConfig before, PoolLimits limits, ServerConfig after) {
    Difference difference = new Difference();
    difference.limits(limits, after.limits());
    difference.rest(before, after);
    difference.apps(apps(before), apps(after));
    return difference.words.isEmpty() ? "nothing new" : String.join(", ", difference.words);
  }

  private void limits(PoolLimits before, PoolLimits after) {
    change("max", before.max(), after.max());
    change("max_per_app", before.maxPerApp(), after.maxPerApp());
    change("max_idle_time", Units.words(before.maxIdleTime()), Units.words(after.maxIdleTime()));
    change("max_spawning", before.maxSpawning(), after.maxSpawning());
    change("queue_max", before.queueMax(), after.queueMax());
  }

  private void rest(ServerConfig before, ServerConfig after) {
    change("queue_timeout", Units.words(before.queueTimeout()), Units.words(after.queueTimeout()));
    change(
        "max_preloader_idle_time",
        Units.words(before.preloaderIdleTime()),
        Units.words(after.preloaderIdleTime()));
    change("max_body", before.maxBody(), after.maxBody());
    change("environment", before.environment().word(), after.environment().word());
    change("look_group", lookGroup(before), lookGroup(after));
    change("admin listen", adminListen(before), adminListen(after));
    change("admin hosts", before.admin().hosts(), after.admin().hosts());
    change("backlog watch", before.watch(), after.watch());
  }

  private static String adminListen(ServerConfig config) {
    var listen = config.admin().listen();
    return listen == null ? "none" : listen.toString();
  }

  private static String lookGroup(ServerConfig config) {
    var group = config.admin().lookGroup();
    return group == null ? "none" : group.name() + " (" + group.gid() + ")";
  }

  private static Map<String, ServerConfig.App> apps(ServerConfig config) {
    Map<String, ServerConfig.App> apps = new LinkedHashMap<>();
    config.apps().forEach(app -> apps.put(app.spec().name(), app));
    return apps;
  }

  private void apps(Map<String, ServerConfig.App> before, Map<String, ServerConfig.App> after) {
    after.forEach(
        (name, app) -> {
          ServerConfig.App old = before.get(name);
          if (old == null) {
            words.add("app " + name + " added");
          } else if (!old.equals(app)) {
            words.add("app " + name + " changed");
          }
        });
    before.keySet().stream()
        .filter(name -> !after.containsKey(name))
        .forEach(name -> words.add("app " + name + " removed"));
  }

  private void change(String what, Object from, Object to) {
    if (!from.equals(to)) {
      words.add(what + ": " + from + " -> " + to);
    }
  }
}
