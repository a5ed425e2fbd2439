package dev.carpool.backlog;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Entries of the kernel's lists, recorded on Linux 6.18, little endian. */
class KernelListsTest {

  private static final String UNIX =
      "01010a00ff1a3c030400000000000000" // family, type, state; inode; cookie
          + "140000002f746d702f64696167782e736f636b00"
          + "0c0001004dc020000000e00f" // inode and device of the file
          + "0c0004000300000002000000" // queue, limit
          + "0500060000000000";

  private static final String TCP =
      "020a0000c1ab00007f000001000000000000000000000000000000000000000000000000000000000000000005000000"
          + "00000000000000000300000002000000"
          + "00000000041b3c03"
          + "05000800000000000800 0f00000000000c0015000100000000000000060016005200 0000"
              .replace(" ", "")
          + "28000700000000000000020000000000004000000000000000000000000000000000000003000000";

  private static final String TCP6 =
      "0a0a0000e6eb0000000000000000000000000000000000000000000000000000000000000000000000000000060000"
          + "00000000000000000000000000050000000000 00000b1b3c03".replace(" ", "");

  private static final String SYN_RECEIVED =
      "0a030100bd79add000000000000000000000ffff7f00000100000000000000000000ffff7f00000100000000"
          + "0d00000000000000e803000000000000000000000000000000000000";

  private static ByteBuffer entry(String hex) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(hex)).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Nested
  class OfUnixSockets {
    @Test
    void nameThePathAndTheQueue() {
      AcceptQueue queue = requireNonNull(UnixDiag.read(entry(UNIX)));

      assertThat(queue.address()).hasToString("unix:/tmp/diagx.sock");
      assertThat(queue.inode()).isEqualTo(0x033c1aff);
      assertThat(queue.waiting()).isEqualTo(3);
      assertThat(queue.limit()).isEqualTo(2);
      assertThat(queue.full()).isTrue();
      assertThat(queue.percent()).isEqualTo(100);
      assertThat(queue.drops()).isEqualTo(AcceptQueue.UNKNOWN);
    }

    @Test
    void nameTheFileByDeviceAndInode() {
      AcceptQueue queue = requireNonNull(UnixDiag.read(entry(UNIX)));

      assertThat(queue.address())
          .isEqualTo(new ListenerAddress.Unix("/tmp/diagx.sock", 0x0fe0_0000_0020_c04dL));
    }

    @Test
    void nameAnAbstractSocketWithAnAtSign() {
      String name = "0b000000" + "00613a0062c3a4" + "00"; // NUL a : NUL b ä, padded
      String queue = "0c0004000000000080000000";
      String hex = UNIX.substring(0, 32) + name + queue;

      assertThat(requireNonNull(UnixDiag.read(entry(hex))).address())
          .isEqualTo(new ListenerAddress.Unix("@a:@bä", 0));
    }

    @Test
    void cannotDrawOnATerminal() {
      String name = "0a000000" + "2f1b5b324a0a" + "0000"; // a path with ESC and a line's end
      String hex = UNIX.substring(0, 32) + name + "0c0004000000000080000000";

      assertThat(requireNonNull(UnixDiag.read(entry(hex))).address()).hasToString("unix:/?[2J?");
    }

    @Test
    void thatLackSomethingAreLeftOut() {
      assertThat(UnixDiag.read(entry(UNIX.substring(0, 32)))).isNull();
      assertThat(UnixDiag.read(entry(UNIX.substring(0, 72)))).isNull();
      assertThat(UnixDiag.read(entry(UNIX.substring(0, 20)))).isNull();
      assertThat(UnixDiag.read(entry(UNIX.substring(0, 32) + "ffff0000"))).isNull();
    }
  }

  @Nested
  class OfTcpSockets {
    @Test
    void nameAddressQueueAndDrops() {
      AcceptQueue queue = requireNonNull(InetDiag.read(entry(TCP))).queue(4);

      assertThat(queue.address()).hasToString("tcp:127.0.0.1:49579");
      assertThat(queue.inode()).isEqualTo(0x033c1b04);
      assertThat(queue.waiting()).isEqualTo(3);
      assertThat(queue.limit()).isEqualTo(2);
      assertThat(queue.halfOpen()).isEqualTo(4);
      assertThat(queue.drops()).isEqualTo(3);
    }

    @Test
    void nameIpv6InBrackets() {
      AcceptQueue queue = requireNonNull(InetDiag.read(entry(TCP6))).queue(0);

      assertThat(queue.address()).hasToString("tcp:[::]:59115");
      assertThat(queue.limit()).isEqualTo(5);
      assertThat(queue.drops()).as("not said").isEqualTo(AcceptQueue.UNKNOWN);
    }

    @Test
    void nameIpv4OnASocketOfIpv6AsIpv4() throws Exception {
      InetDiag.Row row = requireNonNull(InetDiag.read(entry(SYN_RECEIVED)));

      assertThat(row.six()).isTrue();
      assertThat(row.host()).isEqualTo(InetAddress.getByName("127.0.0.1"));
      assertThat(row.port()).isEqualTo(48505);
    }

    @Test
    void thatLackSomethingAreLeftOut() {
      assertThat(InetDiag.read(entry(TCP.substring(0, 140)))).isNull();
    }
  }

  @Nested
  class Fullness {
    @Test
    void isHundredPercentWhenTheNextDoesNotFitAndNotBefore() {
      assertThat(AcceptQueue.percent(0, 0)).isZero();
      assertThat(AcceptQueue.percent(1, 0)).isEqualTo(100);
      assertThat(AcceptQueue.percent(2, 2)).isEqualTo(66);
      assertThat(AcceptQueue.percent(4096, 4096)).isEqualTo(99);
      assertThat(AcceptQueue.percent(4097, 4096)).isEqualTo(100);
      assertThat(AcceptQueue.percent(Integer.MAX_VALUE, Integer.MAX_VALUE)).isEqualTo(99);
    }

    @Test
    void isAboveHundredWhenTheLimitWasLoweredMeanwhile() {
      assertThat(AcceptQueue.percent(6, 2)).isEqualTo(200);
    }
  }
}
