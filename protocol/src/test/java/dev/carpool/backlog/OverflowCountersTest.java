package dev.carpool.backlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class OverflowCountersTest {

  @Test
  void areFoundByTheirNames() throws Exception {
    assertThat(
            OverflowCounters.of(
                List.of(
                    "IpExt: InNoRoutes ListenDrops",
                    "IpExt: 1 2",
                    "TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPHPHits",
                    "TcpExt: 7 397102 397105 9")))
        .isEqualTo(new OverflowCounters(397102, 397105));
  }

  @Test
  void thatAreMissingAreAnError() {
    assertThatThrownBy(() -> OverflowCounters.of(List.of("TcpExt: A B", "TcpExt: 1 2")))
        .hasMessageContaining("/proc/net/netstat does not have ListenOverflows");
    assertThatThrownBy(() -> OverflowCounters.of(List.of())).hasMessageContaining("no line TcpExt");
    assertThatThrownBy(() -> OverflowCounters.of(List.of("TcpExt: A ListenOverflows", "TcpExt: 1")))
        .hasMessageContaining("ListenOverflows");
  }
}
