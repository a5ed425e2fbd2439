package dev.carpool.gateway;

import dev.carpool.api.ApplicationPool;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Decides who answers a request, and knows which ones are being answered. */
final class GatewayHandler extends Handler.Abstract {

  /** What counts for a request from its beginning to its end. */
  private record Serving(GatewaySettings settings, @Nullable PublicFiles files) {
    static Serving of(GatewaySettings settings) {
      return new Serving(settings, PublicFiles.of(settings.app()));
    }
  }

  private final ApplicationPool pool;
  private final Executor relays;
  private volatile Serving serving;
  private final Set<Exchange> exchanges = ConcurrentHashMap.newKeySet();
  private int running; // guarded by this; those of files too

  GatewayHandler(GatewaySettings settings, ApplicationPool pool, Executor relays) {
    this.serving = Serving.of(settings);
    this.pool = pool;
    this.relays = relays;
  }

  /** Changes what is done with the requests that come from now on. */
  void change(GatewaySettings settings) {
    serving = Serving.of(settings);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    entered();
    Request.addCompletionListener(request, ignored -> left());
    Serving now = serving;
    if (now.files() != null && now.files().serve(request, response, callback)) {
      return true;
    }
    Exchange exchange = new Exchange(now.settings(), pool, relays, request, response, callback);
    exchanges.add(exchange);
    Request.addCompletionListener(request, ignored -> exchanges.remove(exchange));
    exchange.begin();
    return true;
  }

  private synchronized void entered() {
    running++;
  }

  private synchronized void left() {
    running--;
    notifyAll();
  }

  /** Waits until nothing runs, or the time is over. Returns how many requests run then. */
  synchronized int awaitQuiet(Duration time) throws InterruptedException {
    long deadline = System.nanoTime() + time.toNanos();
    while (running > 0) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        break;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return running;
  }

  /** Breaks off whatever still runs. */
  void breakOffAll() {
    exchanges.forEach(Exchange::breakOff);
  }
}
