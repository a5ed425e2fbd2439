package dev.carpool.spawn;

import dev.carpool.api.SpawnReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** How far a start has got, and how long each step took. */
final class Journey {

  /** More steps than a helper with sense has; a helper without it must not fill the memory. */
  private static final int MAX_STEPS = 32;

  private final List<SpawnReport.Step> done = new ArrayList<>();
  private String step;
  private long stepSince = System.nanoTime();
  private List<String> command = List.of();

  Journey(String firstStep) {
    step = firstStep;
  }

  synchronized void step(String name) {
    if (done.size() < MAX_STEPS) {
      long now = System.nanoTime();
      done.add(new SpawnReport.Step(step, Duration.ofNanos(now - stepSince)));
      step = name;
      stepSince = now;
    }
  }

  synchronized void command(List<String> words) {
    command = words;
  }

  synchronized String currentStep() {
    return step;
  }

  /** Ends the journey at the step where it is. */
  synchronized SpawnReport failed(String app, String summary, String advice, List<String> output) {
    List<SpawnReport.Step> steps = new ArrayList<>(done);
    steps.add(new SpawnReport.Step(step, Duration.ofNanos(System.nanoTime() - stepSince)));
    String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    return new SpawnReport(id, app, Instant.now(), summary, advice, command, steps, output);
  }
}
