package dev.carpool.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.api.AppSpec;
import dev.carpool.pool.PoolEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the files of an application are looked at, and what follows from a change. */
final class SourceWatchTest {

  private static final PoolEvent.Restarted AT_ONCE = new PoolEvent.Restarted("blog", true);

  @TempDir Path root;

  private long now = Long.MAX_VALUE - 5; // a clock may begin anywhere
  private long lookTakes;
  private AppSpec app;
  private Restarts restarts;

  @BeforeEach
  void watch() throws IOException {
    Files.writeString(root.resolve("wsgi.py"), "0");
    app = AppSpec.named("blog", root);
    restarts = new Restarts(this::clock);
    restarts.watch(app);
    assertThat(restarts.before(app)).isNull();
  }

  /** Passes by itself, so that each look takes as long as is wanted. */
  private long clock() {
    now += lookTakes;
    return now;
  }

  private void change(String text) throws IOException {
    Files.writeString(root.resolve("wsgi.py"), text);
  }

  private PoolEvent.@Nullable Restarted after(Duration time) {
    now += time.toNanos();
    return restarts.before(app);
  }

  @Test
  void aChangeRestartsOnceAndAtOnce() throws IOException {
    change("first");
    assertThat(after(Duration.ofMillis(300))).isEqualTo(AT_ONCE);
    assertThat(after(Duration.ofMillis(300))).isNull();
    change("second one");
    assertThat(after(Duration.ofMillis(300))).isEqualTo(AT_ONCE);
  }

  @Test
  void betweenTwoLooks300MillisecondsPass() throws IOException {
    change("first");
    assertThat(after(Duration.ofMillis(299))).isNull();
    assertThat(after(Duration.ofMillis(1))).isEqualTo(AT_ONCE);
  }

  @Test
  void aLookThatTakesLongIsFollowedByALongerPause() throws IOException {
    lookTakes = Duration.ofMillis(30).toNanos();
    assertThat(after(Duration.ofMillis(300))).isNull();
    lookTakes = 0;
    change("first");
    assertThat(after(Duration.ofMillis(500))).isNull();
    assertThat(after(Duration.ofMillis(100))).isEqualTo(AT_ONCE);
  }

  @Test
  void whoIsWatchedAgainIsComparedWithTheFilesOfBefore() throws IOException {
    change("first");
    restarts.watch(app.withMin(1));
    assertThat(after(Duration.ofMillis(300))).isEqualTo(AT_ONCE);
  }

  @Test
  void anotherRootIsAnotherWatch(@TempDir Path other) throws IOException {
    change("first");
    restarts.watch(AppSpec.named("blog", other));
    assertThat(after(Duration.ofMillis(300))).isNull();
  }

  @Test
  void whoIsWatchedNoMoreIsLeftAlone() throws IOException {
    restarts.watchNoMore("blog");
    change("first");
    assertThat(after(Duration.ofMillis(300))).isNull();
  }

  @Test
  void itsRestartFileStillRestartsItGently() throws IOException {
    assertThat(after(Duration.ofSeconds(1))).isNull();
    Files.createDirectory(root.resolve("tmp"));
    Files.createFile(root.resolve("tmp/restart.txt"));
    assertThat(after(Duration.ofSeconds(1))).isEqualTo(new PoolEvent.Restarted("blog", false));
  }
}
