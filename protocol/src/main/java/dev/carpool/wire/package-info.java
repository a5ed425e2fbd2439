/**
 * The messages of the dialogue as bytes and as the contract's own types.
 *
 * <p>{@link dev.carpool.wire.Frame} and {@link dev.carpool.wire.FrameDecoder} put messages into a
 * stream and take them out again, within bounds; {@code ...Messages} turn the values of {@code api}
 * into generated messages and back, and refuse in words what makes no sense. Pure: no thread, no
 * descriptor. May import {@code api}. {@code dev.carpool.wire.proto} is generated from pool.proto.
 */
@NullMarked
package dev.carpool.wire;

import org.jspecify.annotations.NullMarked;
