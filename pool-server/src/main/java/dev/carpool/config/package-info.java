/**
 * carpool.toml, read and checked.
 *
 * <p>A file either becomes a {@link dev.carpool.config.ServerConfig} or a {@link
 * dev.carpool.config.ConfigException} with all that is wrong in it, each with file, line and
 * column. Imports {@code api}, {@code words}, of {@code backlog} how a listener is named, of {@code
 * descriptor} what a Unix socket's path and permissions are and who is a user, and tomlj. Pure but
 * for reading the file and looking whether roots, folders, users and groups exist; whoever starts
 * the server calls it, in his own thread.
 */
@NullMarked
package dev.carpool.config;

import org.jspecify.annotations.NullMarked;
