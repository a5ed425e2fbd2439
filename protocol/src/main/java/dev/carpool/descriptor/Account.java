package dev.carpool.descriptor;

/**
 * A user, as the user database of this machine has it.
 *
 * @param name for people
 * @param uid what the kernel knows
 * @param gid of the user's own group
 * @param home the directory; need not exist
 * @param shell the program of a login
 */
public record Account(String name, long uid, long gid, String home, String shell) {}
