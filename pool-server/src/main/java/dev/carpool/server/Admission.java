package dev.carpool.server;

import dev.carpool.channel.RuntimeDirectory;
import dev.carpool.door.AdminSocket;
import dev.carpool.status.StatusFifo;
import java.io.IOException;
import java.util.OptionalLong;

/** The ways by which those who may only look come in. All else in the directory is the owner's. */
record Admission(RuntimeDirectory directory, AdminSocket socket, StatusFifo fifo) {

  /**
   * Lets a group in, or nobody.
   *
   * @throws IOException if this server may not; nobody is let in then
   */
  void admit(OptionalLong group) throws IOException {
    directory.admit(OptionalLong.empty()); // first, so that nobody meets what is half changed
    socket.admit(group);
    fifo.admit(group);
    directory.admit(group);
  }
}
