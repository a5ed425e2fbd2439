package dev.carpool.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carpool.LogEar;
import dev.carpool.api.ApplicationPool;
import dev.carpool.api.PoolException;
import dev.carpool.api.Receipt;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AuditedPoolTest {

  private final LogEar log = LogEar.listening();
  private Supplier<String> who = () -> "carol (uid 1000, pid 4711)";

  @AfterEach
  void hushed() {
    log.close();
  }

  /** A view of a pool whose every change gives one receipt. */
  private ApplicationPool view(Receipt receipt) {
    ApplicationPool pool =
        proxy(
            (method) -> {
              if (method.equals("close")) {
                throw new AssertionError("a view does not end the pool");
              }
              return method.equals("count") ? 5 : receipt;
            });
    return new AuditedPool(pool, () -> who.get());
  }

  private interface Answers {
    Object to(String method) throws PoolException;
  }

  private static ApplicationPool proxy(Answers answers) {
    return (ApplicationPool)
        Proxy.newProxyInstance(
            AuditedPoolTest.class.getClassLoader(),
            new Class<?>[] {ApplicationPool.class},
            (self, method, arguments) -> answers.to(method.getName()));
  }

  private List<String> lines() {
    return log.lines().stream().filter(line -> line.contains(" audit ")).toList();
  }

  @Test
  void eachChangeIsOneLineThatSaysWhoFromAndTo() throws Exception {
    Receipt receipt = new Receipt("max", "6", "3", 5, 2);
    ApplicationPool view = view(receipt);

    assertThat(view.setMax(3)).isSameAs(receipt);
    assertThat(lines())
        .containsExactly(
            "INFO audit carol (uid 1000, pid 4711): max: 6 -> 3 (5 running, 2 to drain)");
    view.setMaxPerApp(1);
    view.setMaxIdleTime(Duration.ZERO);
    view.setQueueMax(1);
    view.clear();
    view.restart("blog");
    view.restartIfChanged("blog");
    assertThat(lines()).hasSize(7);
  }

  @Test
  void lookingIsNoLineAndAsksForNoName() throws Exception {
    who =
        () -> {
          throw new AssertionError("asked");
        };
    ApplicationPool view = view(new Receipt("max", "6", "3", 5, 2));
    assertThat(view.count()).isEqualTo(5);
    view.close();
    assertThat(lines()).isEmpty();
  }

  @Test
  void whatFailedWasNoChange() {
    ApplicationPool view =
        new AuditedPool(
            proxy(
                method -> {
                  throw new PoolException.BadRequest("max is 0");
                }),
            who);
    assertThatThrownBy(() -> view.setMax(0))
        .isInstanceOf(PoolException.BadRequest.class)
        .isNotInstanceOf(InvocationTargetException.class);
    assertThat(lines()).isEmpty();
  }

  @Test
  void noNameCanMakeALineOfItsOwn() throws Exception {
    who = () -> "eve\nINFO audit root: stop";
    view(new Receipt("/srv/a\n\u001b[2J", "1", "2", 1, 0)).restart("a");
    AuditLog.denied("eve\r", "set max\n");
    assertThat(lines())
        .containsExactly(
            "INFO audit eve\\x0aINFO audit root: stop: /srv/a\\x0a\\x1b[2J: 1 -> 2 (1 running, 0"
                + " to drain)",
            "WARN audit eve\\x0d: DENIED: set max\\x0a");
  }
}
