package dev.carpool.pool;

import com.google.common.base.Verify;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Every request that waits, whatever its application: who it is, and whose time is over next. The
 * order among the requests of one application is kept there, in {@link AppPool#queue}.
 */
final class WaitingRoom {

  private final Map<RequestId, AppPool> apps = new HashMap<>();

  private final TreeSet<Request> byDeadline =
      new TreeSet<>(Comparator.comparingLong(Request::deadline).thenComparing(Request::id));

  boolean isEmpty() {
    return apps.isEmpty();
  }

  void enter(AppPool app, Request request) {
    apps.put(request.id(), app);
    app.queue.put(request.id(), request);
    byDeadline.add(request);
  }

  /** Takes a request out, for whatever reason: whose it was; null if it does not wait here. */
  @Nullable AppPool leave(RequestId id) {
    AppPool app = apps.remove(id);
    if (app != null) {
      byDeadline.remove(app.queue.remove(id));
    }
    return app;
  }

  boolean holds(RequestId id) {
    return apps.containsKey(id);
  }

  /** A request whose time is over; null if there is none. It still waits. */
  @Nullable Request overdue(long now) {
    return nextDeadline() <= now ? byDeadline.first() : null;
  }

  /** {@link Long#MAX_VALUE} if nobody waits. */
  long nextDeadline() {
    return byDeadline.isEmpty() ? Long.MAX_VALUE : byDeadline.first().deadline();
  }

  void verify() {
    Verify.verify(apps.size() == byDeadline.size(), "%s, %s", apps.size(), byDeadline.size());
    for (Request request : byDeadline) {
      AppPool app = apps.get(request.id());
      Verify.verify(
          app != null && request.equals(app.queue.get(request.id())), "%s is lost", request);
    }
  }
}
