package dev.carpool.front;

import static dev.carpool.front.Asked.about;
import static dev.carpool.front.Asked.asked;
import static dev.carpool.front.Asked.body;
import static dev.carpool.front.Asked.count;
import static dev.carpool.front.Asked.length;
import static dev.carpool.front.Asked.pid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.ContractLanguage;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What an application in any language may rely on, behind a pool and a front. */
@ParameterizedClass
@EnumSource(ContractLanguage.class)
@Timeout(120)
final class HelperContractIT extends LanguageSuite {

  // --- a request ---------------------------------------------------------------------------------

  @Test
  void aRequestSaysWhatTheInterfaceOfTheLanguageWants() throws IOException {
    try (FrontScene scene = scene()) {
      assertThat(about(scene))
          .containsEntry("multithread", "false")
          .containsEntry("multiprocess", "true")
          .containsEntry("scheme", "http")
          .containsEntry("path", "/about")
          .containsEntry("script", "")
          .containsEntry("query", "");
    }
  }

  @Test
  void halfABodyIsNeverTakenForAWholeOne() throws IOException {
    try (FrontScene scene = scene()) {
      long pid = pid(scene);
      try (ScgiClient client = scene.unix().send("POST", "/count", 1000, new byte[10])) {
        client.more(new byte[10]);
      }
      assertThat(pid(scene)).isEqualTo(pid);
      assertThat(count(scene, new byte[10], 1)).startsWith("10 ");
    }
  }

  // --- a response --------------------------------------------------------------------------------

  @Test
  void aContentLengthIsKept() throws IOException {
    try (FrontScene scene = scene()) {
      ScgiClient.Response exact = scene.get("/length/10/10");
      assertThat(exact.body()).isEqualTo("x".repeat(10));
      assertThat(length(exact)).isEqualTo("10");

      ScgiClient.Response cut = scene.get("/length/10/30");
      assertThat(cut.body()).isEqualTo("x".repeat(10));
      awaitLog("INFO app.whole .*longer than its Content-Length.*");

      ScgiClient.Response less = scene.get("/length/10/4");
      assertThat(less.body()).isEqualTo("x".repeat(4));
      awaitLog("INFO app.whole .*6 bytes shorter than its Content-Length.*");
    }
  }

  @Test
  void noBodyIsWrittenWhereThereIsNone() throws IOException {
    try (FrontScene scene = scene()) {
      assertThat(asked(scene, "GET", "/bodiless/204"))
          .startsWith("Status: 204 ")
          .endsWith("\r\n\r\n");
      assertThat(asked(scene, "GET", "/bodiless/304"))
          .startsWith("Status: 304 ")
          .endsWith("\r\n\r\n");
      assertThat(asked(scene, "HEAD", "/length/10/10"))
          .containsIgnoringCase("\r\ncontent-length: 10\r\n")
          .endsWith("\r\n\r\n");
    }
  }

  @Test
  void anExceptionIsA500WithItsBacktraceInTheLogAndTheProcessLives() throws IOException {
    try (FrontScene scene = scene()) {
      long pid = pid(scene);
      assertThat(scene.get("/raise").status()).isEqualTo(500);
      if (language != ContractLanguage.PHP) { // which says it in its own words
        awaitLog("INFO app.whole .*carpool: GET /raise failed.*");
      }
      awaitLog("INFO app.whole .*" + language.startFile() + ".*");
      awaitLog("INFO app.whole .*boom at once.*");
      assertThat(pid(scene)).isEqualTo(pid);
    }
  }

  @Test
  void anExceptionInTheMiddleCutsTheResponseShortAndTheBodyIsClosed() throws IOException {
    try (FrontScene scene = scene()) {
      long pid = pid(scene);
      assertThat(scene.get("/raise-late").body()).isEqualTo("begun");
      awaitLog("INFO app.whole .*boom in the middle.*");
      assertThat(body(scene, "/closed")).isEqualTo("1");
      assertThat(pid(scene)).isEqualTo(pid);
    }
  }

  @Test
  void aVisitorWhoHangsUpInTheMiddleFreesTheProcessAndTheBodyIsClosed() throws IOException {
    try (FrontScene scene = scene()) {
      long pid = pid(scene);
      try (ScgiClient client = scene.unix().send("/drip/1000/10")) {
        assertThat(client.some(12)).startsWith("Status: 200");
      }
      assertThat(body(scene, "/closed")).isEqualTo("1");
      assertThat(pid(scene)).isEqualTo(pid);
    }
  }

  @Test
  void whatIsPrintedIsInTheLogAtOnce() throws IOException {
    try (FrontScene scene = scene()) {
      body(scene, "/print");
      awaitLog("INFO app.whole .*a line on stdout");
      awaitLog("INFO app.whole .*a line for the errors");
    }
  }

  // --- a process ---------------------------------------------------------------------------------

  @Test
  void aRestartInTheMiddleOfAResponseLetsItFinish() throws Exception {
    try (FrontScene scene = scene();
        ScgiClient slow = scene.unix().send("/drip/10/50")) {
      assertThat(slow.some(12)).startsWith("Status: 200");
      long old = scene.pool.status().apps().getFirst().processes().getFirst().pid();
      scene.pool.clear();
      assertThat(slow.text()).endsWith("drip".repeat(10));
      assertThat(pid(scene)).isNotEqualTo(old);
    }
  }
}
