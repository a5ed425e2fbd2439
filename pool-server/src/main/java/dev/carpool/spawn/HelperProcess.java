package dev.carpool.spawn;

import dev.carpool.api.AppSpec;
import dev.carpool.api.SpawnReport;
import dev.carpool.descriptor.Descriptor;
import dev.carpool.descriptor.Signals;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that serves connections. Confined to the spawner's event loop, but for {@link #serve}.
 */
final class HelperProcess implements SpawnedProcess.Listener {

  private static final Logger LOG = LoggerFactory.getLogger(HelperProcess.class);

  /** Says with READY on which signal it prints what it is doing. */
  private static final Pattern TRACE = Pattern.compile("\\btrace=([1-9][0-9]?)\\b");

  /** Preloaders that are tried for one process. */
  private static final int PRELOADERS = 2;

  private final long id;
  private final AppSpec app;
  private final int generation;
  private final HelperSpawner home;
  private final SpawnedProcess child;

  /** Who is to fork it; null before and after. */
  private @Nullable Preloader parent;

  private int preloaders;
  private volatile long pid;

  /** The signal on which it prints what it is doing; 0 if it has said none. */
  private volatile int trace;

  HelperProcess(long id, AppSpec app, int generation, HelperSpawner home) {
    this.id = id;
    this.app = app;
    this.generation = generation;
    this.home = home;
    child = new SpawnedProcess(app, "process", home, this);
  }

  AppSpec app() {
    return app;
  }

  int generation() {
    return generation;
  }

  /** 0 before it exists. */
  long pid() {
    return pid;
  }

  SpawnedProcess child() {
    return child;
  }

  /** Asks the process to serve a connection; from any thread. */
  void serve(long session, Descriptor connection) throws IOException {
    Contact to = child.contact();
    if (to == null) {
      throw new IOException("it has no line any more");
    }
    to.serve((int) session, connection);
  }

  /** Asks the process to keep no connection open for another request; on any thread. */
  void drain() {
    Contact to = child.contact();
    if (to != null) {
      try {
        to.drain();
      } catch (IOException e) {
        LOG.debug("{} cannot be told that no connection will come: {}", child, e.getMessage());
      }
    }
  }

  void stop(String why, boolean force) {
    child.stop(why, force);
    if (parent != null && parent.withdraw(this)) {
      parent = null;
      child.neverStarted("was stopped before it was started");
    }
  }

  /** Logs what it is doing for a session; on the spawner's thread. */
  void explain(int session, String how) {
    String request = requests().of(session);
    LOG.warn(
        "{} at {} {}{}",
        request.isEmpty() ? "a request" : request,
        child,
        how,
        trace == 0 ? "" : "; this is what it does:");
    if (trace != 0) {
      try {
        Signals.send(pid, trace);
      } catch (IOException e) {
        LOG.warn("{} cannot be asked what it does: {}", child, e.getMessage());
      }
    }
  }

  /** What it says about the requests that it is serving, as of now; reads files. */
  Contact.Requests requests() {
    Contact to = child.contact();
    return to == null ? session -> "" : to.requests(pid);
  }

  /** Waits for a preloader to fork it, unless nobody wants it any more. */
  boolean awaitFork(Preloader preloader) {
    if (child.isUnwanted()) {
      child.neverStarted("was stopped before it was started");
      return false;
    }
    parent = preloader;
    preloaders++;
    child.journey().step("preload");
    return true;
  }

  void born(Birth birth) {
    parent = null;
    child.attach(birth);
  }

  /** Its preloader cannot give it life. */
  void notForked(SpawnReport report, boolean again) {
    parent = null;
    if (child.isUnwanted()) {
      child.neverStarted("was stopped before it was started");
    } else if (again && preloaders < PRELOADERS) {
      home.fork(this);
    } else {
      home.listener().startFailed(id, report);
      child.neverStarted("was never started");
    }
  }

  @Override
  public void started(long pid) {
    this.pid = pid;
    home.listener().started(id, pid);
  }

  @Override
  public void frame(char type, int number, byte[] payload) {
    switch (type) {
      case Line.READY -> ready(number, SpawnedProcess.text(payload, 200));
      case Line.DONE -> home.listener().done(id, number, payload.length == 0 || payload[0] == 0);
      case Line.ANSWERING -> home.listener().answering(id, number);
      default -> {} // the words of a preloader, and late ones about the start
    }
  }

  private void ready(int concurrency, String abilities) {
    Matcher said = TRACE.matcher(abilities);
    trace = said.find() ? Integer.parseInt(said.group(1)) : 0;
    if (concurrency < 1) {
      child.failed(
          "it says that it is ready for " + concurrency + " connections", "", List.of(), false);
    } else if (child.ready()) {
      home.listener().ready(id, pid, concurrency);
    }
  }

  @Override
  public void startFailed(SpawnReport report, boolean crashed) {
    home.listener().startFailed(id, report);
  }

  @Override
  public void unread(int session) {
    home.listener().notTaken(id, session);
  }

  @Override
  public void broken(String why) {
    home.listener().broken(id, why);
  }

  @Override
  public void gone(String how) {
    home.forget(id);
    home.listener().gone(id, how);
  }
}
