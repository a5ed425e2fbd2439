package dev.carpool.backlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class SynQueuesTest {

  private static InetDiag.Row at(boolean six, String host, int port) {
    return new InetDiag.Row(six, InetAddress.ofLiteral(host), port, 0, 0, 0, 0);
  }

  @Test
  void aConnectionCountsForWhoeverListensAtItsExactAddress() {
    InetDiag.Row exact = at(false, "127.0.0.1", 80);
    InetDiag.Row all = at(false, "0.0.0.0", 80);

    SynQueues queues =
        new SynQueues(
            List.of(exact, all),
            List.of(exact, exact, at(false, "10.0.0.1", 80), at(false, "10.0.0.1", 81)));

    assertThat(queues.of(exact)).isEqualTo(2);
    assertThat(queues.of(all)).isEqualTo(1);
  }

  @Test
  void aConnectionByIpv4CountsForTheSocketOfIpv6ThatTookIt() {
    InetDiag.Row four = at(false, "0.0.0.0", 80);
    InetDiag.Row six = at(true, "::", 80);

    SynQueues queues =
        new SynQueues(
            List.of(four, six),
            List.of(at(true, "127.0.0.1", 80), at(true, "::1", 80), at(false, "127.0.0.1", 80)));

    assertThat(queues.of(six)).isEqualTo(2);
    assertThat(queues.of(four)).isEqualTo(1);
  }

  @Test
  void areUnknownWhereNobodyAsked() {
    assertThat(SynQueues.NOT_ASKED.of(at(false, "0.0.0.0", 80))).isEqualTo(AcceptQueue.UNKNOWN);
  }
}
