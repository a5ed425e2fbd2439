package dev.carpool.descriptor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The users and groups of this machine, from wherever the C library has them: a file, or a server
 * that takes its time. Asked from platform threads.
 */
public final class UserDatabase {

  /** Where it ends: 32 bits, of which the last number means nobody at all. */
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");

  private static final long HIGHEST = 0xFFFF_FFFEL;

  private static final int ENOENT = 2;
  private static final int ESRCH = 3;
  private static final int ERANGE = 34;
  private static final int ENOUGH = 1 << 20;

  // struct passwd and struct group where pointers have 64 bits
  private static final int ENTRY = 48;
  private static final int NAME = 0;
  private static final int ID = 16;
  private static final int PW_GID = 20;
  private static final int PW_DIR = 32;
  private static final int PW_SHELL = 40;

  private UserDatabase() {}

  /** The user as whom this process acts. */
  public static long effectiveUid() {
    return Integer.toUnsignedLong(Syscall.GETEUID.call(Scratch.get(), 0));
  }

  /** The group as which this process acts. */
  public static long effectiveGid() {
    return Integer.toUnsignedLong(Syscall.GETEGID.call(Scratch.get(), 0));
  }

  /**
   * A user by name, or by number in digits if nobody has that name.
   *
   * @return null if there is none
   * @throws IOException if the database does not answer
   */
  public static @Nullable Account user(String nameOrNumber) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(nameOrNumber);
      Account named = find(Syscall.GETPWNAM_R, Syscall.at(name), UserDatabase::account);
      OptionalLong number = number(nameOrNumber);
      return named == null && number.isPresent() ? user(number.getAsLong()) : named;
    }
  }

  /** A user by number; null if there is none. */
  public static @Nullable Account user(long uid) throws IOException {
    return find(Syscall.GETPWUID_R, uid, UserDatabase::account);
  }

  /** The number of a group by name, or by number in digits if no group has that name. */
  public static OptionalLong group(String nameOrNumber) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(nameOrNumber);
      Long gid = find(Syscall.GETGRNAM_R, Syscall.at(name), UserDatabase::gid);
      OptionalLong number = number(nameOrNumber);
      if (gid == null && number.isPresent()) {
        gid = find(Syscall.GETGRGID_R, number.getAsLong(), UserDatabase::gid);
      }
      return gid == null ? OptionalLong.empty() : OptionalLong.of(gid);
    }
  }

  /** All groups that a user is a member of, with the user's own. */
  public static List<Long> groups(Account user) throws IOException {
    Scratch scratch = Scratch.get();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(user.name());
      MemorySegment count = arena.allocate(JAVA_INT);
      for (int room = 32; room <= ENOUGH; room *= 4) {
        MemorySegment found = arena.allocate(4L * room, 4);
        count.set(JAVA_INT, 0, room);
        int result =
            Syscall.GETGROUPLIST.call(
                scratch, Syscall.at(name), user.gid(), Syscall.at(found), Syscall.at(count));
        if (result >= 0) {
          List<Long> groups = new ArrayList<>();
          for (int i = 0; i < count.get(JAVA_INT, 0); i++) {
            groups.add(Integer.toUnsignedLong(found.getAtIndex(JAVA_INT, i)));
          }
          return groups;
        }
      }
      throw new IOException("user " + user.name() + " is in too many groups");
    }
  }

  private static OptionalLong number(String text) {
    if (!NUMBER.matcher(text).matches()) {
      return OptionalLong.empty();
    }
    long number = Long.parseLong(text);
    return number <= HIGHEST ? OptionalLong.of(number) : OptionalLong.empty();
  }

  /** Reads an entry, whose texts are in the buffer. */
  private interface Reader<T> {
    T read(MemorySegment entry, MemorySegment texts);
  }

  private static <T> @Nullable T find(Syscall call, long key, Reader<T> reader) throws IOException {
    Scratch scratch = Scratch.get();
    for (int room = 4096; room <= ENOUGH; room *= 4) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment entry = arena.allocate(ENTRY, 8);
        MemorySegment texts = arena.allocate(room);
        MemorySegment found = arena.allocate(ADDRESS);
        int error =
            call.call(scratch, key, Syscall.at(entry), Syscall.at(texts), room, Syscall.at(found));
        switch (error) {
          case 0, ENOENT, ESRCH -> {
            boolean there = error == 0 && found.get(ADDRESS, 0).address() != 0;
            return there ? reader.read(entry, texts) : null;
          }
          case ERANGE -> {}
          default -> throw new ErrnoException("asking the user database", error);
        }
      }
    }
    throw new IOException("an entry of the user database is too large");
  }

  private static Account account(MemorySegment entry, MemorySegment texts) {
    return new Account(
        text(entry, NAME, texts),
        Integer.toUnsignedLong(entry.get(JAVA_INT, ID)),
        Integer.toUnsignedLong(entry.get(JAVA_INT, PW_GID)),
        text(entry, PW_DIR, texts),
        text(entry, PW_SHELL, texts));
  }

  private static Long gid(MemorySegment entry, MemorySegment texts) {
    return Integer.toUnsignedLong(entry.get(JAVA_INT, ID));
  }

  private static String text(MemorySegment entry, int field, MemorySegment texts) {
    return texts.getString(entry.get(ADDRESS, field).address() - texts.address());
  }
}
