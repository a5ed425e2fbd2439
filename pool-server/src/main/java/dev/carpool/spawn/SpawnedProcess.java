package dev.carpool.spawn;

import com.google.common.primitives.Ints;
import dev.carpool.api.AppSpec;
import dev.carpool.api.SpawnReport;
import dev.carpool.api.Units;
import dev.carpool.descriptor.EventLoop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process from the wish to start it to its end, whatever it is for. Confined to the spawner's
 * event loop, but for {@link #contact} and {@link #execute}.
 */
final class SpawnedProcess implements Contact.Listener {

  private static final Logger LOG = LoggerFactory.getLogger(SpawnedProcess.class);

  /** Hears what becomes of the process. At last, in any case, {@link #gone}. */
  interface Listener {
    /** It exists in the operating system. */
    void started(long pid);

    /** A frame that is no word about the start. */
    void frame(char type, int id, byte[] payload);

    /**
     * It will not be ready.
     *
     * @param crashed whether it ended without a word
     */
    void startFailed(SpawnReport report, boolean crashed);

    /** It ended without having read its last frame, which was this SERVE. */
    void unread(int session);

    /** It closed its line, or wrote nonsense to it, after it was ready. */
    void broken(String why);

    /** It is no more. */
    void gone(String how);
  }

  /**
   * How long a process that closed its line before it was ready may take to exit and so say why.
   */
  private static final Duration EXIT_AFTER_END = Duration.ofSeconds(1);

  private enum Phase {
    STARTING,
    /** The start has failed, and its report is being written. */
    FAILED,
    READY
  }

  private final AppSpec app;
  private final String role;
  private final HelperSpawner home;
  private final Listener listener;
  private final Journey journey = new Journey("prepare");

  private Phase phase = Phase.STARTING;
  private volatile @Nullable String stopWish;
  private boolean stopByForce;

  /** It closed its line before anybody wanted it to end. */
  private boolean hungUp;

  private EventLoop.@Nullable Timer alarm;

  // Of the birth.
  private volatile Identity identity = Identity.SERVERS_OWN;
  private volatile @Nullable Contact contact;
  private @Nullable OutputLog output;
  private @Nullable StoppingLadder ladder;
  private long pid;

  /**
   * A process that is wanted.
   *
   * @param role what it is, as in {@code "process 12 of blog"}
   */
  SpawnedProcess(AppSpec app, String role, HelperSpawner home, Listener listener) {
    this.app = app;
    this.role = role;
    this.home = home;
    this.listener = listener;
  }

  /** How it is spoken with; null before that is possible and after its end. From any thread. */
  @Nullable Contact contact() {
    return contact;
  }

  /** Whose it is, once it was executed. */
  Identity identity() {
    return identity;
  }

  Journey journey() {
    return journey;
  }

  /** Whether somebody wants it to end. */
  boolean isUnwanted() {
    return stopWish != null;
  }

  /** Executes a program, on the spawner's immortal thread. */
  void execute(Launch launch) {
    if (stopWish != null) {
      home.onLoop(() -> neverStarted("was stopped before it was started"));
      return;
    }
    try {
      LaunchPlan plan = launch.plan();
      journey.command(plan.command());
      identity = plan.identity();
      journey.step("exec");
      Birth birth = Execution.of(plan, home);
      home.onLoop(() -> attach(birth));
    } catch (StartProblem e) {
      home.onLoop(() -> notStartable(e.summary(), e.advice()));
    } catch (IOException | RuntimeException e) {
      home.onLoop(
          () ->
              notStartable(
                  "it cannot be executed: " + e.getMessage(),
                  "see whether the server has descriptors and memory left"));
    }
  }

  /** What is to be executed, found out where it may take a while. */
  @FunctionalInterface
  interface Launch {
    LaunchPlan plan() throws StartProblem;
  }

  void stop(String why, boolean force) {
    stopWish = why;
    stopByForce |= force;
    StoppingLadder begun = ladder;
    if (begun != null) {
      LOG.debug("{} is stopped: {}", this, why);
      begun.begin(stopByForce);
    }
  }

  /** Takes over a process that was born. */
  void attach(Birth birth) {
    pid = birth.pid();
    Contact made = birth.contact().apply(this);
    contact = made;
    ladder = new StoppingLadder(toString(), pid, made, home::later);
    birth.end().told(this::exited);
    journey.step("start");
    try {
      output = home.listenTo(app, pid, birth.output());
      made.open(home);
    } catch (IOException e) {
      failed("it cannot be listened to: " + e.getMessage(), "", List.of(), false);
      ladder.begin(true);
    }
    listener.started(pid);
    if (stopWish != null) {
      ladder.begin(stopByForce);
      return;
    }
    alarm = home.later(app.startTimeout(), this::startTimedOut);
  }

  @Override
  public void onFrame(char type, int frameId, byte[] payload) {
    if (phase == Phase.STARTING && type == Line.STEP) {
      journey.step(text(payload, 200));
    } else if (phase == Phase.STARTING && type == Line.FAILED) {
      List<String> lines = text(payload, payload.length).lines().toList();
      String reason = lines.isEmpty() ? "it gives no reason" : lines.getFirst();
      failed(reason, "", lines.subList(Math.min(1, lines.size()), lines.size()), false);
    } else if (type != Line.STEP) {
      listener.frame(type, frameId, payload);
    }
  }

  @Override
  public void onPrinted(String text) {
    if (output != null) {
      output.add(text);
    }
  }

  @Override
  public void onUnread(int session) {
    listener.unread(session);
  }

  @Override
  public void onEnd(String why) {
    if (phase == Phase.STARTING) {
      cancelAlarm();
      alarm =
          home.later(
              EXIT_AFTER_END,
              () -> failed("it " + why + " before it was ready", "", List.of(), true));
    } else if (phase == Phase.READY) {
      hungUp = stopWish == null;
      listener.broken(why);
    }
  }

  /** It has said that it is ready. Returns whether that is news, and welcome. */
  boolean ready() {
    if (phase != Phase.STARTING) {
      return false;
    }
    cancelAlarm();
    journey.step("ready");
    phase = Phase.READY;
    LOG.info("{} is ready", this);
    return true;
  }

  private void startTimedOut() {
    // Whoever is not ready reads no STOP, and has nothing to finish that would be worth the wait.
    Objects.requireNonNull(ladder).begin(true);
    failed(
        "it was not ready after %s; it has got to the step '%s'"
            .formatted(Units.words(app.startTimeout()), journey.currentStep()),
        "see what it waits for, or raise start_timeout",
        List.of(),
        false);
  }

  /** Tells once why the start failed, after what the process printed until now was read. */
  void failed(String summary, String advice, List<String> details, boolean crashed) {
    if (phase != Phase.STARTING) {
      return;
    }
    phase = Phase.FAILED;
    cancelAlarm();
    OutputLog log = output;
    if (log == null) {
      report(summary, advice, details, List.of(), crashed);
    } else {
      log.catchUp(
          () -> home.onLoop(() -> report(summary, advice, details, log.lastLines(), crashed)));
    }
    if (ladder != null) {
      ladder.begin(false);
    }
  }

  private void report(
      String summary, String advice, List<String> details, List<String> printed, boolean crashed) {
    List<String> lines = Stream.concat(printed.stream(), details.stream()).toList();
    SpawnReport report = journey.failed(app.name(), summary, advice, lines);
    if (stopWish == null) {
      LOG.warn("{}", report.toText().stripTrailing());
    }
    listener.startFailed(report, crashed);
  }

  private void notStartable(String summary, String advice) {
    phase = Phase.FAILED;
    report(summary, advice, List.of(), List.of(), false);
    neverStarted("was never started");
  }

  /** It was not born, and will not be. */
  void neverStarted(String how) {
    phase = Phase.FAILED;
    listener.gone(how);
  }

  private void exited(ExitStatus status) {
    String how = status.toString();
    Objects.requireNonNull(ladder).end();
    if (phase == Phase.STARTING) {
      failed("it " + how + " before it was ready", status.advice(), List.of(), true);
    }
    cancelAlarm();
    Contact closing = Objects.requireNonNull(contact);
    contact = null;
    closing.close(home);
    boolean expected = (stopWish != null && !hungUp) || phase == Phase.FAILED;
    if (!expected) {
      LOG.warn("{} {}{}", this, how, stopWish == null ? "" : " (" + stopWish + ")");
    } else {
      LOG.info("{} {} ({})", this, how, stopWish == null ? "its start failed" : stopWish);
    }
    // Behind a report that may still be on its way, since both go through the output loop.
    Runnable last = () -> home.onLoop(() -> listener.gone(how));
    if (output == null) {
      last.run();
    } else {
      output.finish(last);
    }
  }

  private void cancelAlarm() {
    if (alarm != null) {
      alarm.cancel();
      alarm = null;
    }
  }

  List<String> lastLines() {
    return output == null ? List.of() : output.lastLines();
  }

  /** A number that a helper writes in digits; 0 if it is none. */
  static int number(byte[] payload) {
    Integer number = Ints.tryParse(text(payload, 20));
    return number == null ? 0 : number;
  }

  static String text(byte[] payload, int atMost) {
    return new String(payload, 0, Math.min(payload.length, atMost), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return role + " " + pid + " of " + app.name();
  }
}
