package dev.carpool.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carpool.api.AppSpec;
import dev.carpool.api.PoolException;
import dev.carpool.api.PoolLimits;
import dev.carpool.api.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Applications that are configured, changed and removed while the pool runs. */
final class LivePoolAppsTest {

  private static final AppSpec APP = AppSpec.named("blog", Path.of("/srv/blog")).withMin(1);
  private static final Duration LONG = Duration.ofMinutes(1);

  private LivePool pool;
  private ScriptedSpawner spawner;

  @BeforeEach
  void open() throws IOException {
    List<ScriptedSpawner> made = new ArrayList<>();
    pool =
        new LivePool(
            PoolLimits.DEFAULT.withMax(2),
            (listener, loop) -> {
              made.add(new ScriptedSpawner(listener));
              return made.getFirst();
            },
            "test");
    spawner = made.getFirst();
    pool.configure(APP);
  }

  @AfterEach
  void close() {
    var _ = pool.shutDown(Duration.ZERO);
    spawner.allDie();
    pool.close();
  }

  @Test
  void aRemovedApplicationFinishesItsRequestsAndIsNotFoundAnyMore() throws Exception {
    ScriptedSpawner.Attempt process = spawner.nextAttempt().succeeds();
    Session session = pool.get("blog", LONG);
    pool.forget("blog");
    assertThatThrownBy(() -> pool.get("blog", LONG)).isInstanceOf(PoolException.NotFound.class);
    assertThat(pool.active()).isEqualTo(1);

    session.close();
    process.nextConnection().done();
    assertThat(pool.status().apps().getFirst().processes().getFirst().why()).isEqualTo("removed");
    process.dies();
    assertThat(pool.status().apps()).isEmpty();
  }

  @Test
  void oneThatIsConfiguredAnewIsServedByANewProcess() throws Exception {
    ScriptedSpawner.Attempt old = spawner.nextAttempt().succeeds();
    pool.configure(APP.withEntry("other:app"));
    ScriptedSpawner.Attempt process = spawner.nextAttempt().succeeds();
    CompletableFuture<Session> request = pool.request("blog", LONG);
    assertThat(request.get().pid()).isEqualTo(process.pid()).isNotEqualTo(old.pid());
    request.get().close();
    process.nextConnection().done();
  }
}
