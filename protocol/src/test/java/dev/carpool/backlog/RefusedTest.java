package dev.carpool.backlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.descriptor.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a person reads where the kernel says nothing. */
class RefusedTest {

  @ParameterizedTest
  @EnumSource(names = {"EAFNOSUPPORT", "EPERM", "EACCES"})
  void aSandboxIsNamedWithWhatItHasToAllow(Errno errno) {
    assertThat(AcceptQueues.noSocket(errno))
        .contains("may not open a netlink socket (" + errno + ")")
        .contains("RestrictAddressFamilies=")
        .contains("seccomp");
  }

  @Test
  void aKernelWithoutTheListsIsNamed() {
    assertThat(AcceptQueues.noSocket(Errno.EPROTONOSUPPORT)).contains("no sock_diag");
  }

  @Test
  void aMissingModuleIsNamedWithTheCommandThatLoadsIt() {
    assertThat(AcceptQueues.notListed("Unix sockets", "unix_diag", Errno.ENOENT))
        .contains("module unix_diag is missing")
        .contains("modprobe unix_diag");
    assertThat(AcceptQueues.notListed("TCP sockets", "tcp_diag", Errno.EPERM))
        .contains("does not list TCP sockets (EPERM)");
  }
}
