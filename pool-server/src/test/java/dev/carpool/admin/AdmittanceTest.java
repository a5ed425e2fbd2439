package dev.carpool.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdmittanceTest {

  private final Admittance admittance = new Admittance(ImmutableSet.of("carpool.example.org"));

  /** Headers as name and value in turn. */
  private @Nullable String refusal(boolean toThePage, String... headers) {
    HttpFields.Mutable fields = HttpFields.build();
    for (int i = 0; i < headers.length; i += 2) {
      fields.add(headers[i], headers[i + 1]);
    }
    return admittance.refusal(fields, null, toThePage);
  }

  @Nested
  class TheHost {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "localhost:9180",
          "LOCALHOST:9180",
          "localhost",
          "127.0.0.1:9180",
          "127.8.9.10:1",
          "[::1]:9180",
          "localhost:8080",
          "carpool.example.org",
          "Carpool.Example.org:443"
        })
    void isOneOfLoopbackOrConfigured(String host) {
      assertThat(refusal(false, "Host", host)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "evil.example.com:9180",
          "localhost.evil.example.com",
          "127.0.0.1.evil.example.com:9180",
          "evil.example.com@localhost",
          "localhost@evil.example.com",
          "192.168.0.7:9180",
          "0.0.0.0:9180",
          "[::]:9180",
          "::1",
          "carpool.example.org.evil.com",
          "localhost:9180, evil.example.com",
          ""
        })
    void isNoOther(String host) {
      assertThat(refusal(true, "Host", host)).contains("is no name of this listener");
    }

    @Test
    void isNoOtherInTheRequestLineEither() {
      HttpFields.Mutable fields = HttpFields.build().add("Host", "localhost");
      assertThat(admittance.refusal(fields, "localhost:9180", true)).isNull();
      assertThat(admittance.refusal(fields, "evil.example.com", true))
          .startsWith("Host is 'evil.example.com'");
    }

    @Test
    void isNeverMissing() {
      assertThat(refusal(false)).startsWith("Host is not said");
    }
  }

  @Nested
  class TheOrigin {

    @ParameterizedTest
    @CsvSource({
      "localhost:9180, http://localhost:9180",
      "LocalHost:9180, http://localhost:9180",
      "localhost:7000, http://localhost:7000",
      "carpool.example.org, https://carpool.example.org",
      "127.0.0.1:9180, https://carpool.example.org",
    })
    void isThePagesOwn(String host, String origin) {
      assertThat(refusal(false, "Host", host, "Origin", origin)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
      "localhost:9180, http://localhost:3000",
      "localhost:9180, http://localhost",
      "localhost:9180, http://127.0.0.1:9180",
      "localhost:9180, https://evil.example.com",
      "localhost:9180, http://localhost:9180.evil.example.com",
      "localhost:9180, ftp://localhost:9180",
      "localhost:9180, null",
      "localhost:9180, ''",
    })
    void isNoOther(String host, String origin) {
      assertThat(refusal(true, "Host", host, "Origin", origin))
          .isEqualTo("Origin is '" + origin + "', and pages from elsewhere may not ask here");
    }
  }

  @Nested
  class TheSite {

    @ParameterizedTest
    @ValueSource(strings = {"same-origin", "none"})
    void isThePagesOwn(String site) {
      assertThat(refusal(false, "Host", "localhost", "Sec-Fetch-Site", site)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site", "anything"})
    void isNoOther(String site) {
      assertThat(refusal(true, "Host", "localhost", "Sec-Fetch-Site", site))
          .startsWith("Sec-Fetch-Site is '" + site + "'");
    }

    @Test
    void mayLinkToThePageAndToNothingElse() {
      String[] link = {
        "Host",
        "localhost",
        "Sec-Fetch-Site",
        "cross-site",
        "Sec-Fetch-Mode",
        "navigate",
        "Sec-Fetch-Dest",
        "document"
      };
      assertThat(refusal(true, link)).isNull();
      assertThat(refusal(false, link)).isNotNull();
      link[7] = "iframe";
      assertThat(refusal(true, link)).isNotNull();
    }
  }
}
