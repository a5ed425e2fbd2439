package dev.carpool.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A web server that is not written in Java, with its socket at descriptor 3 as the default says.
 */
class WebServerIT {

  @Test
  void eightWorkersOfAPythonProgramLoseNoneOfTenThousandGets() throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("--app", ServerUnderTest.ECHO.toString(), "--gets", "10000", "--"));
    arguments.addAll(
        ServerUnderTest.serverCommand(3, ServerUnderTest.newRuntimeDirectory(), "--max", "4"));

    Process webServer =
        ServerUnderTest.python("web_server.py", arguments.toArray(String[]::new)).start();
    String said = new String(webServer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    said.lines().filter(line -> !line.contains(" INFO ")).forEach(System.out::println);
    assertThat(webServer.waitFor()).as(said).isZero();
    assertThat(said)
        .containsPattern("10000 gets by 8 workers in .* s, 0 workers failed")
        .contains("the server ended with status 0, 0 processes left");
  }
}
