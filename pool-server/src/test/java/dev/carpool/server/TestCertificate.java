package dev.carpool.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate that openssl has made for this test, and whoever trusts it.
 *
 * @param file the certificate
 * @param key its private key
 */
record TestCertificate(Path file, Path key) {

  static TestCertificate make(Path folder) throws IOException, InterruptedException {
    Path file = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    ProcessBuilder openssl =
        new ProcessBuilder(
            ("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
                    + " -subj /CN=www.example.com -keyout %s -out %s")
                .formatted(key, file)
                .split(" "));
    Path log = folder.resolve("openssl.log");
    int status = openssl.redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();
    if (status != 0) {
      throw new IOException("openssl ended with " + status + ": " + Files.readString(log));
    }
    return new TestCertificate(file, key);
  }

  /** Makes connections to whoever shows this certificate. */
  SSLSocketFactory trusting() throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry(
          "test", CertificateFactory.getInstance("X.509").generateCertificate(in));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }
}
