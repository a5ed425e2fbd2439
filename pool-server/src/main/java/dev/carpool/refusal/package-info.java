/**
 * What visitors are told when the server answers in place of the application.
 *
 * <p>The words alone; the gateway makes pages of them, a front CGI responses. Imports {@code api}.
 */
@NullMarked
package dev.carpool.refusal;

import org.jspecify.annotations.NullMarked;
