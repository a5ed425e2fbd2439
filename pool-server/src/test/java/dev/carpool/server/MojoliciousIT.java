package dev.carpool.server;

import dev.carpool.ContractLanguage;

/** The shop in Mojolicious. */
final class MojoliciousIT extends ShopContract {

  MojoliciousIT() {
    super(
        ContractLanguage.PERL,
        "mojolicious",
        "a Perl application (PSGI) by app.psgi",
        "shop.session");
  }
}
