package dev.carpool.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.Test;

class ScgiRequestTest {

  private static final ScgiRequest.Line LINE =
      new ScgiRequest.Line("GET", "/", null, "HTTP/1.1", false, "host", 80, "::1", 4000);

  private static Map<String, String> head(ScgiRequest.Line line, HttpFields fields, long length) {
    String text = new String(ScgiRequest.head(line, fields, length), ISO_8859_1);
    int colon = text.indexOf(':');
    int size = Integer.parseInt(text.substring(0, colon));
    assertThat(text).hasSize(colon + 1 + size + 1).endsWith(",");
    List<String> parts =
        Splitter.on('\0').splitToList(text.substring(colon + 1, text.length() - 1));
    assertThat(parts).size().isOdd(); // a NUL ends the last value
    Map<String, String> head = new LinkedHashMap<>();
    for (int i = 0; i + 1 < parts.size(); i += 2) {
      assertThat(head.put(parts.get(i), parts.get(i + 1))).as(parts.get(i)).isNull();
    }
    return head;
  }

  private static Map<String, String> headOf(HttpFields fields) {
    return head(LINE, fields, 0);
  }

  @Test
  void theLengthComesFirstAndIsTheOneReceived() {
    HttpFields fields = HttpFields.build().add("Content-Length", "7").asImmutable();
    Map<String, String> head = head(LINE, fields, 5);
    assertThat(head.keySet()).startsWith("CONTENT_LENGTH", "SCGI");
    assertThat(head).containsEntry("CONTENT_LENGTH", "5").doesNotContainKey("HTTP_CONTENT_LENGTH");
  }

  @Test
  void theContentTypeIsNoHeader() {
    assertThat(headOf(HttpFields.build().add("Content-Type", "a/b")))
        .containsEntry("CONTENT_TYPE", "a/b")
        .doesNotContainKey("HTTP_CONTENT_TYPE");
  }

  @Test
  void repeatedHeadersAreJoinedInOrder() {
    HttpFields fields =
        HttpFields.build()
            .add("Accept", "a")
            .add("Cookie", "x=1")
            .add("ACCEPT", "b")
            .add("cookie", "y=2");
    assertThat(headOf(fields))
        .containsEntry("HTTP_ACCEPT", "a, b")
        .containsEntry("HTTP_COOKIE", "x=1; y=2");
  }

  @Test
  void namesThatCouldBeTakenForOthersAreLeftOut() {
    HttpFields fields =
        HttpFields.build().add("X_User", "root").add("X.User", "root").add("Proxy", "evil");
    assertThat(headOf(fields)).doesNotContainKeys("HTTP_X_USER", "HTTP_X.USER", "HTTP_PROXY");
  }

  @Test
  void headersOfTheConnectionAreLeftOutWithThoseItNames() {
    HttpFields fields =
        HttpFields.build()
            .add("Connection", "keep-alive, X-Inner")
            .add("Connection", "x-other")
            .add("X-Inner", "1")
            .add("X-Other", "1")
            .add("Keep-Alive", "5")
            .add("TE", "trailers")
            .add("Upgrade", "h2c")
            .add("Proxy-Authorization", "secret")
            .add("Expect", "100-continue")
            .add("X-Kept", "1");
    assertThat(headOf(fields).keySet().stream().filter(name -> name.startsWith("HTTP_")))
        .containsExactly("HTTP_X_KEPT");
  }

  @Test
  void thePathIsDecodedOnceAndTheAddressNotAtAll() {
    ScgiRequest.Line line =
        new ScgiRequest.Line(
            "GET", "/a%2Fb%252F%c3%A9", "q=%20?", "HTTP/1.1", true, "host", 443, "::1", 4000);
    assertThat(head(line, HttpFields.build(), 0))
        .containsEntry("REQUEST_URI", "/a%2Fb%252F%c3%A9?q=%20?")
        .containsEntry("PATH_INFO", "/a/b%2F\u00c3\u00a9")
        .containsEntry("QUERY_STRING", "q=%20?")
        .containsEntry("SCRIPT_NAME", "")
        .containsEntry("HTTPS", "on")
        .containsEntry("REQUEST_SCHEME", "https");
  }

  @Test
  void theAsteriskIsNoPath() {
    ScgiRequest.Line line =
        new ScgiRequest.Line("OPTIONS", "*", null, "HTTP/1.1", false, "host", 80, "::1", 4000);
    assertThat(head(line, HttpFields.build(), 0))
        .containsEntry("REQUEST_URI", "*")
        .containsEntry("PATH_INFO", "");
  }

  @Test
  void whatIsNoEncodingStays() {
    assertThat(ScgiRequest.decoded("%4")).asString(ISO_8859_1).isEqualTo("%4");
    assertThat(ScgiRequest.decoded("%zz%41%")).asString(ISO_8859_1).isEqualTo("%zzA%");
  }
}
