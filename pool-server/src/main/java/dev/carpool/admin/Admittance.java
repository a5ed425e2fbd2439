package dev.carpool.admin;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request may be one that a page from elsewhere has made through a person's browser. Such
 * are refused, whatever they ask for.
 *
 * <p>A browser says truly for which name it asks (Host) and which page made it (Origin,
 * Sec-Fetch-Site). A name that is neither of loopback nor configured is that of a foreign page
 * whose address was turned to this machine (DNS rebinding). The port in it is not compared: behind
 * a tunnel it is another one, and no page has a name of loopback but those of this machine.
 */
final class Admittance {

  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+)(?::\\d{1,5})?");
  private static final Pattern ORIGIN = Pattern.compile("https?://(.+)");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1\\]");

  private final ImmutableSet<String> hosts;

  /**
   * @param hosts names beside those of loopback
   */
  Admittance(ImmutableSet<String> hosts) {
    this.hosts = hosts;
  }

  /**
   * Looks at a request.
   *
   * @param target the authority that the request line says; null if it says none
   * @param toThePage whether it asks for the page itself, to which others may link
   * @return why it is refused, for whoever made it; null if it is not
   */
  @Nullable String refusal(HttpFields headers, @Nullable String target, boolean toThePage) {
    String host = headers.get(HttpHeader.HOST);
    if (host == null || !isOurs(host) || (target != null && !isOurs(target))) {
      return "Host is %s, which is no name of this listener; ask for it as localhost, or add the name to [admin] hosts"
          .formatted(host == null ? "not said" : "'" + (isOurs(host) ? target : host) + "'");
    }
    String origin = headers.get(HttpHeader.ORIGIN);
    if (origin != null && !isOwn(origin, host)) {
      return "Origin is '%s', and pages from elsewhere may not ask here".formatted(origin);
    }
    String site = headers.get("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      boolean link =
          toThePage
              && "navigate".equals(headers.get("Sec-Fetch-Mode"))
              && "document".equals(headers.get("Sec-Fetch-Dest"));
      if (!link) {
        return "Sec-Fetch-Site is '%s', and pages from elsewhere may not ask here".formatted(site);
      }
    }
    return null;
  }

  private boolean isOwn(String origin, String host) {
    Matcher matcher = ORIGIN.matcher(origin);
    if (!matcher.matches()) {
      return false;
    }
    String authority = matcher.group(1);
    if (Ascii.equalsIgnoreCase(authority, host)) {
      return true;
    }
    // A proxy may say another Host than the browser did.
    String name = name(authority);
    return name != null && isConfigured(name);
  }

  private static @Nullable String name(String authority) {
    Matcher matcher = HOST.matcher(authority);
    return matcher.matches() ? Ascii.toLowerCase(matcher.group(1)) : null;
  }

  private boolean isOurs(String authority) {
    String name = name(authority);
    return name != null && (LOOPBACK.matcher(name).matches() || isConfigured(name));
  }

  private boolean isConfigured(String name) {
    return hosts.contains(name);
  }
}
