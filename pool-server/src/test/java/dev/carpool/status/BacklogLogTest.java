package dev.carpool.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.LogEar;
import dev.carpool.api.PoolStatus;
import dev.carpool.backlog.AcceptQueue;
import dev.carpool.backlog.ListenerAddress;
import dev.carpool.backlog.ListenerName;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BacklogLogTest {

  private static final int LIMIT = 9; // so it holds 10
  private static final WatchedListener OWN = WatchedListener.own("blog", 71);
  private static final WatchedListener FOREIGN =
      WatchedListener.foreign(ListenerName.parse("unix:/run/php-fpm.sock"));

  private final BacklogLog memory = new BacklogLog();
  private LogEar ear;

  @BeforeEach
  void listen() {
    ear = LogEar.listening();
  }

  @AfterEach
  void stop() {
    ear.close();
  }

  private static AcceptQueue own(int waiting) {
    return new AcceptQueue(
        new ListenerAddress.Unix("/run/blog.sock", 0), 71, waiting, LIMIT, -1, -1);
  }

  private static AcceptQueue foreign(int waiting) {
    return new AcceptQueue(
        new ListenerAddress.Unix("/run/php-fpm.sock", 0), 72, waiting, LIMIT, -1, -1);
  }

  private List<String> said() {
    return ear.lines().stream().filter(line -> line.contains("BacklogLog")).toList();
  }

  @Test
  void queuesAreShownWithTheirPeaksAndOthersAreNot() {
    memory.see(List.of(OWN, FOREIGN), List.of(foreign(4), own(7)));

    assertThat(memory.see(List.of(OWN, FOREIGN), List.of(foreign(5), own(1))))
        .containsExactly(
            new PoolStatus.Listener("unix:/run/blog.sock", "blog", 1, LIMIT, 7, -1),
            new PoolStatus.Listener("unix:/run/php-fpm.sock", "", 5, LIMIT, 5, -1));
    assertThat(memory.see(List.of(FOREIGN), List.of(foreign(5), own(1)))).hasSize(1);
    assertThat(said()).isEmpty();
  }

  @Test
  void aSocketThatIsNamedAndTheServersOwnIsShownOnce() {
    WatchedListener named = WatchedListener.foreign(ListenerName.parse("unix:/run/blog.sock"));

    assertThat(memory.see(List.of(OWN, named), List.of(own(0))))
        .extracting(PoolStatus.Listener::app)
        .containsExactly("blog");
  }

  @Test
  void aQueueThatStaysFullIsSaidOnceNamingTheListener() {
    for (int i = 0; i < 5; i++) {
      memory.see(List.of(OWN), List.of(own(10)));
    }

    assertThat(said()).hasSize(1);
    assertThat(said().getFirst())
        .startsWith("WARN ")
        .contains("unix:/run/blog.sock (blog) is full: 10 waiting, limit 9");
  }

  @Test
  void aQueueIsSaidAgainOnlyAfterItWasLessThanHalfFull() {
    for (int waiting : new int[] {10, 9, 10, 5, 10}) {
      memory.see(List.of(OWN), List.of(own(waiting)));
    }
    assertThat(said()).hasSize(1);

    memory.see(List.of(OWN), List.of(own(4)));
    memory.see(List.of(OWN), List.of(own(10)));
    assertThat(said()).hasSize(2);
  }

  @Test
  void aListenerThatWasNamedIsMissedOnceAndWelcomedBack() {
    List<AcceptQueue> nobody = new ArrayList<>();
    memory.see(List.of(FOREIGN), nobody);
    memory.see(List.of(FOREIGN), nobody);
    assertThat(said()).hasSize(1);
    assertThat(said().getFirst()).contains("WARN").contains("nobody listens on unix:/run/php-fpm");

    memory.see(List.of(FOREIGN), List.of(foreign(0)));
    memory.see(List.of(FOREIGN), List.of(foreign(0)));
    assertThat(said()).hasSize(2);
    assertThat(said().getLast()).contains("INFO").contains("unix:/run/php-fpm.sock again");
  }
}
