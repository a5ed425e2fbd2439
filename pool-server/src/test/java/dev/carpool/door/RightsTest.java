package dev.carpool.door;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.wire.proto.Request;
import dev.carpool.wire.proto.Request.CommandCase;
import dev.carpool.wire.proto.Restart;
import dev.carpool.wire.proto.SetMax;
import dev.carpool.wire.proto.Stop;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RightsTest {

  @Test
  void toLookAreThoseThatChangeNothing() {
    assertThat(Arrays.stream(CommandCase.values()).filter(Rights.LOOK::allow))
        .containsExactlyInAnyOrder(
            CommandCase.HELLO,
            CommandCase.GET_ACTIVE,
            CommandCase.GET_COUNT,
            CommandCase.GET_SPAWN_SERVER_PID,
            CommandCase.GET_STATUS,
            CommandCase.GET_REQUESTS,
            CommandCase.COMMAND_NOT_SET);
  }

  @Test
  void toUseAreAllButTheEnd() {
    assertThat(Arrays.stream(CommandCase.values()).filter(command -> !Rights.USE.allow(command)))
        .containsExactly(CommandCase.STOP);
  }

  @Test
  void toAdministerIsAll() {
    assertThat(CommandCase.values()).allMatch(Rights.ADMINISTER::allow);
  }

  @Test
  void whatWasDeniedIsSaidInWords() {
    assertThat(Rights.words(Request.newBuilder().setSetMax(SetMax.newBuilder().setMax(3)).build()))
        .isEqualTo("set max to 3");
    assertThat(
            Rights.words(
                Request.newBuilder().setRestart(Restart.newBuilder().setApp("blog")).build()))
        .isEqualTo("restart blog");
    assertThat(Rights.words(Request.newBuilder().setStop(Stop.getDefaultInstance()).build()))
        .isEqualTo("stop");
  }
}
