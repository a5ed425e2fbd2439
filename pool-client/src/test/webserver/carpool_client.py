"""A client of Carpool's pool server in plain Python, to read beside docs/PROTOCOL.md.

It needs nothing but the standard library: the few protobuf messages it uses are written by hand.
The numbers of commands and fields are those of pool.proto.
"""

import os
import select
import socket

# Fields of Request that hold the command, of Reply that hold the result.
HELLO, GET, CLOSE, CLEAR, GET_STATUS = 2, 3, 5, 6, 14
WELCOME, SESSION_OPENED, DONE, RECEIPT, STATUS, ERROR = 2, 3, 4, 5, 7, 8

PROTOCOL_VERSION = 1
TRIES = 300  # more connections do not fit into the server socket


# Protobuf: a message is a row of fields, each a number, a type and a value.


def varint(number):
    """Seven bits a byte, the lowest first; the high bit says that more follow."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def message(fields):
    """Encodes {field number: int, str, or bytes (which may be a message)}."""
    encoded = b""
    for number, value in fields.items():
        if isinstance(value, int):
            encoded += varint(number << 3) + varint(value)
        else:
            value = value.encode() if isinstance(value, str) else value
            encoded += varint(number << 3 | 2) + varint(len(value)) + value
    return encoded


def read_varint(data, at):
    """Returns the number and where it ends; IndexError if it is not all there."""
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7


def fields(data):
    """Decodes a message to {field number: int or bytes}; of a repeated field, the last."""
    decoded, at = {}, 0
    while at < len(data):
        key, at = read_varint(data, at)
        value, at = read_varint(data, at)
        if key & 7 == 2:
            value, at = data[at : at + value], at + value
        decoded[key >> 3] = value
    return decoded


class PoolError(Exception):
    """The server's refusal: a code of Error.Code, and its words."""

    def __init__(self, error):
        self.code = error.get(1, 0)
        super().__init__(error.get(2, b"").decode())


class Conversation:
    """One connection with the server. For one thread."""

    def __init__(self, connection, name):
        self.connection = connection
        self.arrived = b""
        self.descriptors = []
        self.last_id = 0
        self.call(HELLO, {1: PROTOCOL_VERSION, 2: name})

    def send(self, command, arguments):
        """Sends a request and returns its id. Many may be on their way at once."""
        self.last_id += 1
        request = message({1: self.last_id, command: message(arguments)})
        self.connection.sendall(varint(len(request)) + request)
        return self.last_id

    def receive(self):
        """The next reply as {field number: value}; 1 is the id of the request it answers."""
        while True:
            try:
                length, start = read_varint(self.arrived, 0)
            except IndexError:
                length, start = len(self.arrived), 1  # not even the length is there
            if len(self.arrived) >= start + length:
                reply = fields(self.arrived[start : start + length])
                self.arrived = self.arrived[start + length :]
                return reply
            # A plain read would destroy a descriptor that comes with these bytes.
            data, passed, _, _ = socket.recv_fds(self.connection, 4096, 1, socket.MSG_CMSG_CLOEXEC)
            if not data:
                raise EOFError("the server has hung up")
            self.arrived += data
            self.descriptors += passed

    def call(self, command, arguments, result=None):
        """Sends a request, waits for its reply, and returns the fields of the wanted result."""
        self.send(command, arguments)
        reply = self.receive()
        if ERROR in reply:
            raise PoolError(fields(reply[ERROR]))
        return fields(reply[result]) if result else reply

    def get(self, app, timeout_millis=30_000):
        """Gets a session: its id, the process, and a socket that the caller closes."""
        opened = self.call(GET, which(app) | {3: timeout_millis}, SESSION_OPENED)
        stream = socket.socket(fileno=self.descriptors.pop(0))
        return opened.get(1, 0), opened[2], stream

    def close_session(self, session_id):
        self.call(CLOSE, {1: session_id})

    def status(self):
        return self.call(GET_STATUS, {}, STATUS)

    def close(self):
        self.connection.close()


def which(app):
    """Get's field for an application: a configured name, or the path of its directory."""
    return {2: message({1: app})} if app.startswith("/") else {1: app}


def connect(server_socket, name):
    """Opens a conversation. Any number of processes may do so at once on the same socket."""
    server_socket.sendall(b"w")
    for _ in range(TRIES):
        _, passed, _, _ = socket.recv_fds(server_socket, 1, 1, socket.MSG_CMSG_CLOEXEC)
        if not passed:
            raise EOFError("the server has ended")
        connection = socket.socket(fileno=passed[0])
        try:
            return Conversation(connection, name)
        except (EOFError, ConnectionError):
            # It was meant for somebody who died before taking it, and is too old by now. The answer
            # to our own byte comes behind it, unless another process had it instead.
            connection.close()
            if not select.select([server_socket], [], [], 0.2)[0]:
                server_socket.sendall(b"w")
    raise EOFError("the server hangs up on everybody")


def start_server(command):
    """Starts a server with one end of a new socket as its descriptor 3.

    Returns its pid and the other end, whose last close ends the server.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        # Everything else that Python has open is close-on-exec.
        share = [(os.POSIX_SPAWN_DUP2, theirs.fileno(), 3)]
        pid = os.posix_spawnp(command[0], command, os.environ, file_actions=share)
    return pid, ours


# SCGI: the request's variables as a netstring, then its body; back comes what a CGI program says.


def request(stream, variables, body=b""):
    """Sends one request to a process and returns its whole response: status line and body."""
    everything = {"CONTENT_LENGTH": str(len(body)), "SCGI": "1"} | variables
    block = "".join(f"{name}\0{value}\0" for name, value in everything.items()).encode()
    stream.sendall(b"%d:%s," % (len(block), block) + body)
    response = b""
    while data := stream.recv(65536):
        response += data
    head, _, content = response.partition(b"\r\n\r\n")
    return head.partition(b"\r\n")[0].decode(), content
