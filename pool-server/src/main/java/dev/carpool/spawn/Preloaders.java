package dev.carpool.spawn;

import dev.carpool.api.AppSpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The preloaders that live, at most one an application that takes anybody. On the loop. */
final class Preloaders {

  private final HelperSpawner home;
  private final Map<String, Preloader> open = new HashMap<>();
  private final Set<Preloader> living = new HashSet<>();
  private final CompletableFuture<Void> allGone = new CompletableFuture<>();
  private @Nullable Preloader latest;
  private boolean closing;

  Preloaders(HelperSpawner home) {
    this.home = home;
  }

  /** The preloader of an application's code that takes processes; null if there is none yet. */
  @Nullable Preloader of(String app, int generation) {
    Preloader preloader = open.get(app);
    if (preloader == null || !preloader.isOpen() || preloader.generation() != generation) {
      return null;
    }
    latest = preloader;
    return preloader;
  }

  /** Starts one, in the place of the one before. */
  Preloader start(AppSpec app, int generation, SpawnedProcess.Launch launch) {
    retire(app.name());
    Preloader preloader = new Preloader(app, generation, home, this::gone);
    open.put(app.name(), preloader);
    living.add(preloader);
    latest = preloader;
    preloader.start(launch);
    return preloader;
  }

  private void retire(String app) {
    Preloader before = open.remove(app);
    if (before != null) {
      before.retire();
    }
  }

  /** Retires what has loaded older code. */
  void renewed(String app, int generation) {
    Preloader preloader = open.get(app);
    if (preloader != null && preloader.generation() != generation) {
      retire(app);
    }
  }

  private void gone(Preloader preloader) {
    living.remove(preloader);
    open.values().remove(preloader);
    closeIfEmpty();
  }

  /** The pid of the one that was asked last and can fork; 0 if there is none. */
  long latestPid() {
    return latest == null ? 0 : latest.pid();
  }

  /** Ends all of them. Completes when they are gone. */
  CompletableFuture<Void> close() {
    closing = true;
    List.copyOf(living).forEach(preloader -> preloader.stop("shutdown", !preloader.isLoaded()));
    closeIfEmpty();
    return allGone;
  }

  private void closeIfEmpty() {
    if (closing && living.isEmpty()) {
      allGone.complete(null);
    }
  }
}
