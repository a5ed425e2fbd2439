package dev.carpool.config;

/**
 * A group whose members may look at what the server does, and change nothing.
 *
 * @param name as the file has it
 * @param gid its number on this machine
 */
public record LookGroup(String name, long gid) {}
