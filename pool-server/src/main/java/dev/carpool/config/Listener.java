package dev.carpool.config;

/** Where an application is served. {@code toString()} is the word for it in carpool.toml. */
public sealed interface Listener {

  /**
   * The gateway, which speaks HTTP with everybody.
   *
   * @param host a name or an address, without the brackets of IPv6; {@code "*"} for all addresses
   * @param port 1 to 65535; 0 lets the kernel choose
   */
  record Http(String host, int port) implements Listener {
    @Override
    public String toString() {
      return "http:" + new Address.Tcp(host, port);
    }
  }

  /** A front, which takes connections of web servers that speak SCGI. */
  record Scgi(Address address) implements Listener {
    @Override
    public String toString() {
      return "scgi:" + address;
    }
  }

  /** A front, which takes connections of web servers that speak FastCGI, for PHP. */
  record FastCgi(Address address) implements Listener {
    @Override
    public String toString() {
      return "fastcgi:" + address;
    }
  }
}
