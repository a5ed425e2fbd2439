package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.carpool.descriptor.UserDatabase;
import dev.carpool.wire.proto.Clear;
import dev.carpool.wire.proto.Error;
import dev.carpool.wire.proto.Get;
import dev.carpool.wire.proto.GetCount;
import dev.carpool.wire.proto.GetStatus;
import dev.carpool.wire.proto.Hello;
import dev.carpool.wire.proto.Reply;
import dev.carpool.wire.proto.Request;
import dev.carpool.wire.proto.Restart;
import dev.carpool.wire.proto.SetMax;
import dev.carpool.wire.proto.Stop;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Other users at the admin socket of a real server: who looks, who is kept out, what is written.
 */
class WhoMayIT {

  private static final int SOMEBODY = 65534;
  private static final int LOOKERS = 1; // the group daemon

  /** Says all that it was told on a socket, and prints in hexadecimal what came back. */
  private static final String TALK =
      """
      import socket, sys
      s = socket.socket(socket.AF_UNIX)
      s.connect(sys.argv[1])
      s.sendall(bytes.fromhex(sys.argv[2]))
      s.shutdown(socket.SHUT_WR)
      print(b"".join(iter(lambda: s.recv(65536), b"")).hex())
      """;

  @TempDir private Path directory;

  @BeforeEach
  void onlyRootIsOthersToo() {
    assumeThat(UserDatabase.effectiveUid()).isZero();
  }

  private RunningServer server(String admin) throws IOException {
    RunningServer server = RunningServer.configured(config(admin));
    Files.setPosixFilePermissions(
        server.runtimeDirectory().getParent(), PosixFilePermissions.fromString("rwx--x--x"));
    return server;
  }

  private Path config(String admin) throws IOException {
    return Files.writeString(
        directory.resolve("carpool.toml"),
        """
        [admin]
        %s
        [app.plain]
        root = "%s"
        listen = "http:127.0.0.1:0"
        """
            .formatted(admin, RunningServer.APPS.resolve("plain")));
  }

  private record Said(String out, String err) {}

  private static Said as(int group, String others, String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of("setpriv", "--reuid=" + SOMEBODY));
    words.add("--regid=" + group);
    words.add(others.isEmpty() ? "--clear-groups" : "--groups=" + others);
    words.addAll(List.of(command));
    Process process = new ProcessBuilder(words).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(err).isNotNegative();
    return new Said(out, err);
  }

  /** The replies to Hello and to these. */
  private static List<Reply> ask(
      RunningServer server, int group, String others, Request.Builder... requests)
      throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Hello hello = Hello.newBuilder().setVersion(1).setName("test").build();
    Request.newBuilder().setId(1).setHello(hello).build().writeDelimitedTo(all);
    int id = 1;
    for (Request.Builder request : requests) {
      request.setId(++id).build().writeDelimitedTo(all);
    }
    Said said =
        as(
            group,
            others,
            "/usr/bin/python3",
            "-c",
            TALK,
            server.runtimeDirectory().resolve("admin.sock").toString(),
            HexFormat.of().formatHex(all.toByteArray()));
    InputStream in = new ByteArrayInputStream(HexFormat.of().parseHex(said.out().strip()));
    List<Reply> replies = new ArrayList<>();
    for (Reply reply; (reply = Reply.parseDelimitedFrom(in)) != null; ) {
      replies.add(reply);
    }
    assertThat(replies).as(said.err()).hasSize(1 + requests.length);
    return replies;
  }

  @Test
  void aMemberOfTheLookGroupSeesAllAndChangesNothing() throws Exception {
    try (RunningServer server = server("look_group = " + LOOKERS)) {
      List<Reply> replies =
          ask(
              server,
              SOMEBODY,
              "7," + LOOKERS,
              Request.newBuilder().setGetStatus(GetStatus.getDefaultInstance()),
              Request.newBuilder().setGetCount(GetCount.getDefaultInstance()),
              Request.newBuilder().setSetMax(SetMax.newBuilder().setMax(77)),
              Request.newBuilder().setRestart(Restart.newBuilder().setApp("plain")),
              Request.newBuilder().setClear(Clear.getDefaultInstance()),
              Request.newBuilder().setGet(Get.newBuilder().setName("plain")),
              Request.newBuilder().setStop(Stop.getDefaultInstance()));
      assertThat(replies.get(0).hasWelcome()).isTrue();
      assertThat(replies.get(1).getStatus().getAppsList()).hasSize(1);
      assertThat(replies.get(2).hasNumber()).isTrue();
      assertThat(replies.subList(3, 8))
          .allSatisfy(
              reply -> {
                assertThat(reply.getError().getCode()).isEqualTo(Error.Code.DENIED);
                assertThat(reply.getError().getMessage())
                    .isEqualTo(
                        "You may look and not change: that is for root and the server's own user.");
              });
      assertThat(server.status()).containsPattern("max +6\n").containsPattern("generation +1\n");
      assertThat(server.log().lines().filter(line -> line.contains("DENIED")))
          .hasSize(5)
          .allMatch(line -> line.matches(".* WARN +audit nobody \\(uid 65534, pid \\d+\\): .*"))
          .anyMatch(line -> line.endsWith("DENIED: set max to 77"));
    }
  }

  @Test
  void theFifoIsForThatGroupTooAndNothingElseIs() throws Exception {
    try (RunningServer server = server("look_group = " + LOOKERS)) {
      Path run = server.runtimeDirectory();
      for (int i = 0; i < 3; i++) { // each reader has a FIFO of its own
        assertThat(as(LOOKERS, "", "cat", run.resolve("status.fifo").toString()).out())
            .contains("Application plain");
      }
      assertThat(as(LOOKERS, "", "ls", run.toString()).err()).contains("Permission denied");
      assertThat(as(LOOKERS, "", "cat", run.resolve("lock").toString()).err())
          .contains("Permission denied");
      assertThat(permissions(run)).isEqualTo("rwx--x---");
      try (Stream<Path> files = Files.list(run)) {
        assertThat(files.map(file -> permissions(file) + " " + file.getFileName()))
            .containsExactlyInAnyOrder(
                "rw-rw---- admin.sock",
                "rw-r----- status.fifo",
                "rw-r----- .status.fifo.fresh",
                "rw------- lock");
      }
      assertThat(ask(server, LOOKERS, "").getFirst().hasWelcome()).as("its own group").isTrue();
    }
  }

  @Test
  void othersDoNotComeInAndNobodyDoesWithoutAGroup() throws Exception {
    try (RunningServer server = server("look_group = " + LOOKERS)) {
      String socket = server.runtimeDirectory().resolve("admin.sock").toString();
      assertThat(as(SOMEBODY, "7", "/usr/bin/python3", "-c", TALK, socket, "").err())
          .contains("Permission denied");

      config("");
      server.signal("HUP");
      server.awaitLog("look_group: 1 (1) -> none");
      assertThat(server.log()).containsPattern("INFO +audit signal HUP: the configuration was");
      assertThat(as(LOOKERS, "", "/usr/bin/python3", "-c", TALK, socket, "").err())
          .contains("Permission denied");
      try (Stream<Path> files = Files.walk(server.runtimeDirectory())) {
        assertThat(files.map(WhoMayIT::permissions)).allMatch(mode -> mode.endsWith("------"));
      }

      // Somebody opens the door by hand: the server looks at who comes in all the same.
      Files.setPosixFilePermissions(
          server.runtimeDirectory(), PosixFilePermissions.fromString("rwx--x--x"));
      Files.setPosixFilePermissions(Path.of(socket), PosixFilePermissions.fromString("rw-rw-rw-"));
      assertThat(as(LOOKERS, "", "/usr/bin/python3", "-c", TALK, socket, "").out().strip())
          .isEmpty();
      server.awaitLog("DENIED: connect to " + socket);
    }
  }

  @Test
  void eachChangeIsWrittenWithWhoFromAndTo() throws Exception {
    try (RunningServer server = server("");
        AdminLine line = new AdminLine(server.runtimeDirectory())) {
      line.restart("plain");
      server.awaitLog(
          "audit root (uid 0, pid %d): plain: generation 1 -> generation 2 ("
              .formatted(ProcessHandle.current().pid()));
      server.signal("TERM");
      assertThat(server.awaitEnd()).isZero();
      assertThat(server.log()).containsPattern("INFO +audit signal TERM: stop\n");
    }
  }

  private static String permissions(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
