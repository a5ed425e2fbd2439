package dev.carpool.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carpool.ContractLanguage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pages of the languages: their configurations as they stand, and their examples. */
final class LanguagePageIT {

  @ParameterizedTest
  @CsvSource({
    "PYTHON, python.md, guestbook, name=Ada&message=Hello, <button>Sign</button>",
    "RUBY, ruby.md, poll, day=Friday, Friday</button>",
    "CGI, cgi.md, shopping, what=Milk, Put it on the list</button>",
    "PHP, php.md, quotes, quote=snow, Keep it</button>",
    "PERL, perl.md, wishes, wish=snow, I wish</button>",
    "NODE, node.md, chat, line=Hello, Say it</button>"
  })
  void theExampleIsServedBehindBothWebServers(
      ContractLanguage language, String page, String app, String form, String shown)
      throws Exception {
    language.assumeInstalled();
    try (LanguageSite site = LanguageSite.open(page, app)) {
      for (WebServer server : site.both()) {
        try (WebClient visitor = site.visitor(server, "www.example.com")) {
          assertThat(visitor.get("/style.css").body()).contains(" {");
          WebClient.Answer first = visitor.get("/");
          assertThat(first.status()).isEqualTo(200);
          assertThat(first.body()).contains("href=\"/style.css\"").contains(shown);
          WebClient.Answer signed = visitor.submit("/", form);
          assertThat(signed.status()).isEqualTo(303);
          assertThat(signed.header("location")).endsWith("/");
          assertThat(visitor.get("/nothing").status()).isEqualTo(404);
        }
        try (WebClient visitor = site.visitor(server, "intranet.example.com")) {
          assertThat(visitor.get("/" + app + "/").body())
              .contains("href=\"/" + app + "/style.css\"");
          assertThat(visitor.get("/" + app + "/nothing").status()).isEqualTo(404);
        }
      }
      assertThat(site.carpool().log()).doesNotContain("ERROR", "failed");
    }
  }
}
