package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One thread that waits for many descriptors (epoll) and calls their handlers.
 *
 * <p>Level-triggered: a handler is called again for as long as its descriptor is ready. Descriptors
 * may be watched and forgotten from any thread; an event that was on its way when its watch ended
 * is dropped, since the number of a watch is never used again. A handler must not wait for
 * anything.
 */
public final class EventLoop implements AutoCloseable {

  /** Is called on the loop's thread with the {@link Readiness} bits that are true. */
  @FunctionalInterface
  public interface Handler {
    void ready(int readiness);
  }

  private static final int EPOLL_CLOEXEC = 0x80000;
  private static final int EFD_CLOEXEC_NONBLOCK = 0x80000 | 0x800;
  private static final int ADD = 1;
  private static final int DELETE = 2;
  private static final int MODIFY = 3;
  private static final int EVENTS = 64;

  /** {@code struct epoll_event} is packed on x86-64, and on no other machine. */
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

  private static final int DATA = PACKED ? 4 : 8;
  private static final int EVENT_SIZE = PACKED ? 12 : 16;
  private static final long WAKE_UP = 0;

  private final Descriptor epoll;
  private final Descriptor wakeUp;
  private final Map<Long, Watch> watches = new ConcurrentHashMap<>();
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicLong lastWatch = new AtomicLong(WAKE_UP);
  private final Thread.UncaughtExceptionHandler onError;
  private final Thread thread;
  private final PriorityQueue<Timer> timers = new PriorityQueue<>(); // confined to the thread
  private volatile boolean closed;

  /**
   * @param name of the thread
   * @param onError told what a handler threw; the loop goes on
   */
  public EventLoop(String name, Thread.UncaughtExceptionHandler onError) throws IOException {
    this.onError = onError;
    epoll = Descriptor.adopt(create());
    wakeUp = Descriptor.adopt(eventfd());
    control(ADD, wakeUp, Readiness.READABLE, WAKE_UP);
    thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this::run);
    thread.start();
  }

  /**
   * A descriptor that the loop waits for. It stays the caller's, who ends the watch before closing
   * it.
   */
  public final class Watch {
    private final long number;
    private final Descriptor descriptor;
    private final Handler handler;

    private Watch(long number, Descriptor descriptor, Handler handler) {
      this.number = number;
      this.descriptor = descriptor;
      this.handler = handler;
    }

    /** Changes what is waited for; 0 for hang-ups and errors alone. */
    public void interest(int readiness) throws IOException {
      control(MODIFY, descriptor, readiness, number);
    }

    /** Ends the watch. The handler may be inside a call, but is not called again. */
    public void end() {
      if (watches.remove(number) != null) {
        try {
          control(DELETE, descriptor, 0, number);
        } catch (IOException e) {
          // Closed already: then the kernel has forgotten it by itself.
        }
      }
    }
  }

  /** Something that the loop does once, at its time. */
  public static final class Timer implements Comparable<Timer> {
    private final long at;
    private volatile @Nullable Runnable task;

    private Timer(long at, Runnable task) {
      this.at = at;
      this.task = task;
    }

    /** From any thread. What is being done already is not stopped. */
    public void cancel() {
      task = null; // the queue drops it when its time comes
    }

    private void ring() {
      Runnable left = task;
      if (left != null) {
        left.run();
      }
    }

    @Override
    public int compareTo(Timer other) {
      return Long.signum(at - other.at);
    }
  }

  /** Starts to wait for a descriptor. */
  public Watch watch(Descriptor descriptor, int interest, Handler handler) throws IOException {
    Watch watch = new Watch(lastWatch.incrementAndGet(), descriptor, handler);
    watches.put(watch.number, watch);
    try {
      control(ADD, descriptor, interest, watch.number);
    } catch (IOException e) {
      watches.remove(watch.number);
      throw e;
    }
    return watch;
  }

  /** Runs something on the loop's thread, after what it is doing now. */
  public void execute(Runnable task) {
    tasks.add(task);
    if (Thread.currentThread() != thread) {
      wake();
    }
  }

  /** Runs something on the loop's thread after a while. */
  public Timer later(Duration delay, Runnable task) {
    Timer timer = new Timer(System.nanoTime() + delay.toNanos(), task);
    if (Thread.currentThread() == thread) {
      timers.add(timer);
    } else {
      execute(() -> timers.add(timer));
    }
    return timer;
  }

  /** Ends the loop; waits for its thread unless called on it. */
  @Override
  public void close() {
    closed = true;
    wake();
    if (Thread.currentThread() != thread) {
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment events = arena.allocate((long) EVENT_SIZE * EVENTS, 8);
      while (!closed) {
        int n = waitForEvents(events, millisToNextTimer());
        for (int i = 0; i < n; i++) {
          long at = (long) i * EVENT_SIZE;
          dispatch(events.get(JAVA_LONG_UNALIGNED, at + DATA), events.get(JAVA_INT_UNALIGNED, at));
        }
        ringTimers();
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          guarded(task);
        }
      }
    } finally {
      wakeUp.close();
      epoll.close();
    }
  }

  private void dispatch(long number, int readiness) {
    if (number == WAKE_UP) {
      drainWakeUp();
      return;
    }
    Watch watch = watches.get(number);
    if (watch != null) {
      try {
        watch.handler.ready(readiness);
      } catch (RuntimeException | Error e) {
        onError.uncaughtException(thread, e);
      }
    }
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      onError.uncaughtException(thread, e);
    }
  }

  private void wake() {
    MemorySegment one = Scratch.get().ints;
    one.set(JAVA_LONG, 0, 1);
    try {
      int ignored = wakeUp.write(one.asSlice(0, 8));
    } catch (IOException e) {
      // The loop has ended: nobody is left to be woken.
    }
  }

  private void drainWakeUp() {
    try {
      int ignored = wakeUp.read(Scratch.get().ints.asSlice(0, 8));
    } catch (IOException e) {
      throw new IllegalStateException("the event loop's own descriptor broke", e);
    }
  }

  private void ringTimers() {
    if (timers.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    for (Timer timer = timers.peek(); timer != null && timer.at - now <= 0; timer = timers.peek()) {
      timers.remove();
      guarded(timer::ring);
    }
  }

  /** For epoll_wait: -1 if there is none, else rounded up, lest it returns before the time. */
  private int millisToNextTimer() {
    Timer next = timers.peek();
    if (next == null) {
      return -1;
    }
    long millis = (next.at - System.nanoTime() + 999_999) / 1_000_000;
    return (int) Math.clamp(millis, 0, Integer.MAX_VALUE);
  }

  private int waitForEvents(MemorySegment events, int millis) {
    return Syscall.EPOLL_WAIT.call(
        Scratch.get(), epoll.number(), Syscall.at(events), EVENTS, millis);
  }

  private void control(int operation, Descriptor descriptor, int interest, long number)
      throws IOException {
    Scratch scratch = Scratch.get();
    MemorySegment event = scratch.ints;
    event.set(JAVA_INT, 0, interest);
    event.set(JAVA_LONG_UNALIGNED, DATA, number);
    epoll.enter(); // both, lest a number is meant that belongs to something else by now
    try {
      descriptor.enter();
      try {
        int result =
            Syscall.EPOLL_CTL.call(
                scratch, epoll.number(), operation, descriptor.number(), Syscall.at(event));
        if (result < 0) {
          throw new ErrnoException("epoll_ctl", scratch.errno());
        }
      } finally {
        descriptor.leave();
      }
    } finally {
      epoll.leave();
    }
  }

  private static int create() throws IOException {
    Scratch scratch = Scratch.get();
    return checked(Syscall.EPOLL_CREATE1.call(scratch, EPOLL_CLOEXEC), "epoll_create1", scratch);
  }

  private static int eventfd() throws IOException {
    Scratch scratch = Scratch.get();
    return checked(Syscall.EVENTFD.call(scratch, 0, EFD_CLOEXEC_NONBLOCK), "eventfd", scratch);
  }

  private static int checked(int result, String call, Scratch scratch) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(call, scratch.errno());
    }
    return result;
  }
}
