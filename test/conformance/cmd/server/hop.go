package main

import (
	"bytes"
	"net"
	"net/url"
	"sync"
)

// hop is a listener that knows its connections, so that it can lose them as if the program behind it had died.
type hop struct {
	net.Listener
	// Whether TLS hides the heads of answers: a fault then counts from the first byte.
	encrypted   bool
	mutex       sync.Mutex
	connections map[*hopConnection]struct{}
	// The fault that the next connection is to have, or nil.
	armed *fault
}

// fault ends a connection from the serving side at a fixed point of what it writes.
type fault struct {
	// Whether even the response's head is withheld: the peer sees the connection end before any answer.
	beforeHead bool
	// How many bytes behind the head are still delivered.
	bytes int
}

func newHop() (*hop, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	return &hop{Listener: listener, connections: map[*hopConnection]struct{}{}}, err
}

func (h *hop) url(scheme string) *url.URL {
	return &url.URL{Scheme: scheme, Host: h.Addr().String()}
}

func (h *hop) Accept() (net.Conn, error) {
	conn, err := h.Listener.Accept()
	if err != nil {
		return nil, err
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	tracked := &hopConnection{Conn: conn, hop: h, fault: h.armed, headEnded: h.encrypted}
	h.armed = nil
	h.connections[tracked] = struct{}{}
	return tracked, nil
}

func (h *hop) arm(f *fault) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.armed = f
}

func (h *hop) count() int {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return len(h.connections)
}

// kill closes every connection, as the kernel does when a process is killed, and says how many there were.
func (h *hop) kill() int {
	h.mutex.Lock()
	doomed := make([]*hopConnection, 0, len(h.connections))
	for connection := range h.connections {
		doomed = append(doomed, connection)
	}
	h.mutex.Unlock()
	for _, connection := range doomed {
		_ = connection.Close()
	}
	return len(doomed)
}

type hopConnection struct {
	net.Conn
	hop   *hop
	fault *fault
	// What of the response's head was written so far; only kept for a fault.
	head      []byte
	headEnded bool
}

func (c *hopConnection) Close() error {
	c.hop.mutex.Lock()
	delete(c.hop.connections, c)
	c.hop.mutex.Unlock()
	return c.Conn.Close()
}

func (c *hopConnection) Write(data []byte) (int, error) {
	if c.fault == nil {
		return c.Conn.Write(data)
	}
	if c.fault.beforeHead {
		_ = c.Close()
		return 0, net.ErrClosed
	}
	allowed := c.allowed(data)
	n, err := c.Conn.Write(data[:allowed])
	if err == nil && allowed < len(data) {
		_ = c.Close()
		err = net.ErrClosed
	}
	return n, err
}

// allowed is how many bytes of a write the fault lets through.
func (c *hopConnection) allowed(data []byte) int {
	body := data
	if !c.headEnded {
		before := len(c.head)
		c.head = append(c.head, data...)
		end := bytes.Index(c.head, []byte("\r\n\r\n"))
		if end < 0 {
			return len(data)
		}
		c.headEnded = true
		body = data[end+4-before:]
	}
	n := min(len(body), c.fault.bytes)
	c.fault.bytes -= n
	return len(data) - len(body) + n
}
