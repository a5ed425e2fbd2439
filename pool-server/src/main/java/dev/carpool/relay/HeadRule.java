package dev.carpool.relay;

/** What becomes of a request's names and values before a process gets them. */
@FunctionalInterface
interface HeadRule {
  RequestHead apply(RequestHead head) throws RefusedException;
}
