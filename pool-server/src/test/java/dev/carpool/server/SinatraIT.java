package dev.carpool.server;

import dev.carpool.ContractLanguage;

/** The shop in Sinatra. */
final class SinatraIT extends ShopContract {

  SinatraIT() {
    super(
        ContractLanguage.RUBY, "sinatra", "a Ruby application (Rack) by config.ru", "rack.session");
  }
}
