package dev.carpool.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.ContractLanguage;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Plack's own suite for servers, all of it, through HTTP; its applications are under Lint. */
final class PlackSuiteIT {

  @Test
  void allOfPlacksSuiteForServersPasses() throws Exception {
    ContractLanguage.PERL.assumeInstalled();
    Path folder = RunningServer.APPS.resolve("plack");
    try (RunningServer server = RunningServer.serve(folder, "--perl", "/usr/bin/perl")) {
      Process suite =
          new ProcessBuilder("/usr/bin/perl", folder + "/suite.pl", "" + server.port())
              .redirectErrorStream(true)
              .start();
      String output = new String(suite.getInputStream().readAllBytes(), UTF_8);
      assertThat(suite.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(output).doesNotContain("not ok").containsPattern("(?m)^ok 36 - ");
      assertThat(suite.exitValue()).as(output).isZero();
      server.awaitLog("Throwing an exception from app handler"); // one of its cases
    }
  }
}
