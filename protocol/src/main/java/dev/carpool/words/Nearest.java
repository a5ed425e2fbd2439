package dev.carpool.words;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The known word that a mistyped one was probably meant to be. */
public final class Nearest {

  private Nearest() {}

  /** The nearest of these words; null if none is near. */
  public static @Nullable String of(String typed, Collection<String> known) {
    String nearest = null;
    int best = Integer.MAX_VALUE;
    for (String word : known) {
      int distance =
          distance(typed.toLowerCase(Locale.ROOT).replace('-', '_'), word.replace('-', '_'));
      if (distance < best && distance <= Math.max(2, word.length() / 2)) {
        best = distance;
        nearest = word;
      }
    }
    return nearest;
  }

  /** How many letters must be changed, added, removed or swapped with their neighbour. */
  private static int distance(String a, String b) {
    if (Math.abs(a.length() - b.length()) > b.length()) {
      return Integer.MAX_VALUE; // also keeps an absurdly long key from costing much
    }
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      d[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      d[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        int changed = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + changed);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
