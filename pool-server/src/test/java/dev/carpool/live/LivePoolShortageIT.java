package dev.carpool.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.Session;
import dev.carpool.descriptor.ErrnoException;
import dev.carpool.descriptor.UnixSocket;
import dev.carpool.pool.PoolEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A server that has no descriptors left says so, and goes on when it has some again. */
final class LivePoolShortageIT {

  private static final AppSpec APP = AppSpec.named("blog", Path.of("/srv/blog"));
  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void withoutDescriptorsARequestIsRefusedAndTheProcessStaysFree() throws Exception {
    List<ScriptedSpawner> made = new ArrayList<>();
    LivePool pool =
        new LivePool(
            PoolLimits.DEFAULT.withMax(1),
            (listener, loop) -> {
              made.add(new ScriptedSpawner(listener));
              return made.getFirst();
            },
            "test");
    ScriptedSpawner spawner = made.getFirst();
    assertThat(pool.request(APP, LONG).cancel(false)).isTrue();
    ScriptedSpawner.Attempt process = spawner.nextAttempt().succeeds();
    pool.get(APP, LONG).close();
    process.nextConnection().done();
    load(process);
    assertThatThrownBy(() -> pool.get(APP, Duration.ZERO))
        .isInstanceOf(PoolException.QueueTimeout.class);

    try (Limit limit = new Limit()) {
      limit.lower();
      Throwable refusal = catchThrowable(() -> pool.get(APP, LONG));
      limit.raise();
      assertThat(refusal)
          .isInstanceOf(PoolException.Unavailable.class)
          .hasMessageContaining("EMFILE");
    }
    assertThat(pool.status().unserved().other()).isEqualTo(1);
    assertThat(pool.active()).isZero();
    assertThat(pool.count()).isEqualTo(1);
    try (Session session = pool.get(APP, LONG)) {
      assertThat(session.pid()).isEqualTo(process.pid());
    }
    process.nextConnection().done();
    var _ = pool.shutDown(Duration.ZERO);
    process.dies();
    pool.close();
  }

  /** Loads the classes that are used first when descriptors are short, for that takes one. */
  private static void load(ScriptedSpawner.Attempt process) {
    LoggerFactory.getLogger(LivePoolShortageIT.class).error("a line for process {}", process.pid());
    assertThat(new PoolException.Unavailable("")).isNotNull();
    assertThat(PoolEvent.NotOpened.class).isRecord();
    assertThatThrownBy(() -> UnixSocket.connect(Path.of("/nonexistent")))
        .isInstanceOf(ErrnoException.class);
  }

  /** The soft limit of this process's descriptors, changed by a helper that was started before. */
  private static final class Limit implements AutoCloseable {
    private final Process helper;
    private final OutputStream orders;
    private final BufferedReader answers;

    Limit() throws IOException {
      String prlimit = "prlimit --pid " + ProcessHandle.current().pid();
      helper =
          new ProcessBuilder(
                  "sh",
                  "-c",
                  """
                  before=$(%1$s --nofile -o SOFT --noheadings)
                  while read order; do
                    case $order in lower) %1$s --nofile=3: ;; raise) %1$s --nofile=$before: ;; esac
                    echo done
                  done
                  """
                      .formatted(prlimit))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      orders = helper.getOutputStream();
      answers = helper.inputReader();
    }

    void lower() throws IOException {
      order("lower");
    }

    void raise() throws IOException {
      order("raise");
    }

    private void order(String word) throws IOException {
      orders.write((word + "\n").getBytes(StandardCharsets.US_ASCII));
      orders.flush();
      assertThat(answers.readLine()).isEqualTo("done");
    }

    @Override
    public void close() throws IOException {
      if (helper.isAlive()) {
        raise();
      }
      orders.close();
      answers.close();
    }
  }
}
