package dev.carpool.backlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnersTest {

  @TempDir Path proc;

  private static AcceptQueue queue(long inode) {
    return new AcceptQueue(new ListenerAddress.Unix("/run/x.sock", 0), inode, 0, 128, -1, -1);
  }

  private void process(long pid, String program, String... targets) throws IOException {
    Path fd = Files.createDirectories(proc.resolve(pid + "/fd"));
    Files.writeString(proc.resolve(pid + "/comm"), program + "\n");
    for (int i = 0; i < targets.length; i++) {
      Files.createSymbolicLink(fd.resolve("" + i), Path.of(targets[i]));
    }
  }

  @Test
  void areTheProcessesWithTheLowestNumber() throws Exception {
    Files.createDirectories(proc.resolve("sys"));
    process(900, "nginx", "socket:[71]", "pipe:[5]");
    process(1000, "nginx", "socket:[71]");
    process(77, "php-fpm8.2", "pipe:[71]", "socket:[72]");

    Owners owners = new Owners(proc);
    owners.find(List.of(queue(71), queue(72), queue(73)));

    assertThat(owners.of(queue(71))).isEqualTo(new Owners.Owner(900, "nginx"));
    assertThat(owners.of(queue(72))).isEqualTo(new Owners.Owner(77, "php-fpm8.2"));
    assertThat(owners.of(queue(73))).isNull();
  }

  @Test
  void areLookedForAgainWhenTheProcessHasEnded() throws Exception {
    process(5, "old", "socket:[71]");
    Owners owners = new Owners(proc);
    owners.find(List.of(queue(71)));
    try (var files = Files.walk(proc.resolve("5"))) {
      for (Path each : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(each);
      }
    }
    process(6, "n\u001b[2Jew", "socket:[71]");

    owners.find(List.of(queue(71)));

    assertThat(owners.of(queue(71))).isEqualTo(new Owners.Owner(6, "n?[2Jew"));
  }
}
