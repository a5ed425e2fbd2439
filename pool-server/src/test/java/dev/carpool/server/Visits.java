package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many visitors of one path, spread evenly over the web servers. Each has a connection of his own,
 * which is kept alive; where one had been closed meanwhile he asks again, which is counted.
 */
final class Visits implements AutoCloseable {

  /**
   * One request, from when it was due to when its answer was whole, by {@link System#nanoTime}.
   *
   * @param status 0 if there was none
   * @param body or what went wrong
   */
  record Visit(long from, long to, int status, String retryAfter, String body) {
    long millis() {
      return (to - from) / 1_000_000;
    }

    boolean failed() {
      return status != 200;
    }
  }

  private final Site site;
  private final List<WebServer> servers;
  private final String path;
  private final ExecutorService visitors = Executors.newVirtualThreadPerTaskExecutor();
  private final Queue<Visit> visits = new ConcurrentLinkedQueue<>();
  private final Map<WebServer, Deque<WebClient>> idle = new ConcurrentHashMap<>();
  private final AtomicInteger stale = new AtomicInteger();
  private final AtomicInteger begun = new AtomicInteger();
  private volatile boolean stopped;
  private volatile long worstDelay;

  Visits(Site site, List<WebServer> servers, String path) {
    this.site = site;
    this.servers = servers;
    this.path = path;
  }

  /** One visit, without waiting for its end. */
  void begin() {
    long due = System.nanoTime();
    WebServer server = servers.get(begun.getAndIncrement() % servers.size());
    visitors.execute(() -> visit(server, due));
  }

  /** So many visits at once, without waiting for their end. */
  Visits burst(int count) {
    for (int i = 0; i < count; i++) {
      begin();
    }
    return this;
  }

  /** Visits at a steady pace, however long each takes. */
  Visits paced(Duration every, Duration duration) throws InterruptedException {
    long start = System.nanoTime();
    for (long due = start; due < start + duration.toNanos(); due += every.toNanos()) {
      TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
      worstDelay = Math.max(worstDelay, System.nanoTime() - due);
      begin();
    }
    return this;
  }

  /** So many visitors who come again as soon as they were served, until {@link #await}. */
  Visits endless(int count) {
    for (int i = 0; i < count; i++) {
      WebServer server = servers.get(i % servers.size());
      visitors.execute(
          () -> {
            while (!stopped) {
              visit(server, System.nanoTime());
            }
          });
    }
    return this;
  }

  private void visit(WebServer server, long due) {
    Deque<WebClient> free = idle.computeIfAbsent(server, any -> new ConcurrentLinkedDeque<>());
    WebClient kept = free.pollFirst();
    WebClient client = kept == null ? site.visitor(server) : kept;
    int staleBefore = client.stale();
    Visit visit;
    try {
      WebClient.Answer answer = client.get(path);
      visit =
          new Visit(
              due, System.nanoTime(), answer.status(), answer.header("retry-after"), answer.body());
    } catch (IOException e) {
      visit = new Visit(due, System.nanoTime(), 0, "", server + ": " + e);
    }
    stale.addAndGet(client.stale() - staleBefore);
    visits.add(visit);
    free.addFirst(client);
  }

  /** Waits for the end of what has begun. Returns all visits in the order of their ends. */
  List<Visit> await() throws InterruptedException {
    stopped = true;
    visitors.shutdown();
    assertThat(visitors.awaitTermination(100, TimeUnit.SECONDS)).as("nothing hangs").isTrue();
    List<Visit> sorted = new ArrayList<>(visits);
    sorted.sort(Comparator.comparingLong(Visit::to));
    return sorted;
  }

  /** Those that were not answered with 200. */
  static List<Visit> failed(List<Visit> visits) {
    return visits.stream().filter(Visit::failed).toList();
  }

  /** The longest time in milliseconds between two good answers. */
  static long longestSilence(List<Visit> visits) {
    long longest = 0;
    long last = visits.getFirst().to();
    for (Visit visit : visits) {
      if (!visit.failed()) {
        longest = Math.max(longest, visit.to() - last);
        last = visit.to();
      }
    }
    return longest / 1_000_000;
  }

  /** How often a kept connection was closed at the moment when it was used again. */
  int stale() {
    return stale.get();
  }

  /** By how many milliseconds a visit began too late because this program was too slow. */
  long worstDelay() {
    return worstDelay / 1_000_000;
  }

  @Override
  public void close() throws IOException {
    visitors.shutdownNow();
    for (Deque<WebClient> clients : idle.values()) {
      for (WebClient client : clients) {
        client.close();
      }
    }
  }
}
