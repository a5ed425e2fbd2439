package dev.carpool.front;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.refusal.Refusal;
import org.junit.jupiter.api.Test;

/** A refusal in each protocol that a front speaks. */
class RefusalPageTest {

  private final Refusal refusal = Refusal.noAnswer(false);

  @Test
  void isACgiResponseForScgi() {
    assertThat(page(FrontProtocol.SCGI)).startsWith("Status: 502 Bad Gateway\r\nContent-Type: ");
  }

  @Test
  void isAResponseThatEndsItsConnectionForHttp() {
    assertThat(page(FrontProtocol.HTTP))
        .startsWith("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Type: ");
  }

  @Test
  void isInRecordsOfTheFirstRequestForFastCgi() {
    String cgi = page(FrontProtocol.SCGI);
    String length = "" + (char) (cgi.length() >> 8) + (char) (cgi.length() & 0xff);

    assertThat(page(FrontProtocol.FASTCGI))
        .isEqualTo(
            "\1\6\0\1"
                + length
                + "\0\0"
                + cgi //
                + "\1\6\0\1\0\0\0\0"
                + "\1\3\0\1\0\10\0\0\0\0\0\0\0\0\0\0");
  }

  private String page(FrontProtocol protocol) {
    return new String(RefusalPage.of(refusal, protocol), ISO_8859_1);
  }
}
