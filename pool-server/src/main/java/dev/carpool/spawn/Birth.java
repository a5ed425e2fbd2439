package dev.carpool.spawn;

import dev.carpool.descriptor.Descriptor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A process that has just come to be, with our ends of what it was given.
 *
 * @param contact how it is spoken with, made for whoever takes the process over
 * @param output the reading end of its standard output and error, likewise
 * @param end when and how it will end
 */
record Birth(long pid, Function<Contact.Listener, Contact> contact, Descriptor output, End end) {

  /** The end of a process. */
  @FunctionalInterface
  interface End {
    /** Has somebody told, once, on the spawner's loop. */
    void told(Consumer<ExitStatus> listener);
  }
}
