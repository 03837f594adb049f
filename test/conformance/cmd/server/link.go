package main

import (
	"io"
	"net"
	"sync"
	"time"
)

// link is a line to the API server with a delay and a bandwidth of its own, which can be cut or stand still. It relays
// TCP, so nothing of what passes is touched.
type link struct {
	listener net.Listener
	target   string
	// Each way.
	delay time.Duration
	// Bytes per second each way; 0 is no limit.
	bandwidth int

	mutex       sync.Mutex
	flowing     *sync.Cond
	stalled     bool
	connections map[net.Conn]struct{}
}

// What a line holds of each direction at most, in chunks: enough for a full one of 100 MB/s and 100 ms.
const (
	chunkSize = 32 << 10
	maxChunks = 320
)

type chunk struct {
	data []byte
	due  time.Time
}

func newLink(target string, delay time.Duration, bandwidth int) (*link, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &link{listener: listener, target: target, delay: delay, bandwidth: bandwidth,
		connections: map[net.Conn]struct{}{}}
	l.flowing = sync.NewCond(&l.mutex)
	go l.accept()
	return l, nil
}

func (l *link) accept() {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", l.target)
		if err != nil {
			_ = near.Close()
			continue
		}
		l.mutex.Lock()
		l.connections[near], l.connections[far] = struct{}{}, struct{}{}
		l.mutex.Unlock()
		var directions sync.WaitGroup
		directions.Go(func() { l.relay(far, near) })
		directions.Go(func() { l.relay(near, far) })
		go func() {
			directions.Wait()
			l.close(near, far)
		}()
	}
}

// relay is one direction: a reader that stamps what arrives with when it is due, and a writer that keeps to it.
func (l *link) relay(to, from net.Conn) {
	chunks := l.capacity()
	line := make(chan chunk, chunks)
	go func() {
		defer close(line)
		for {
			data := make([]byte, chunkSize)
			n, err := from.Read(data)
			if n > 0 {
				line <- chunk{data[:n], time.Now().Add(l.delay)}
			}
			if err != nil {
				return
			}
		}
	}()
	var free time.Time
	failed := false
	for next := range line {
		if failed {
			continue
		}
		time.Sleep(time.Until(next.due))
		if l.bandwidth > 0 {
			now := time.Now()
			if free.Before(now) {
				free = now
			}
			free = free.Add(time.Duration(len(next.data)) * time.Second / time.Duration(l.bandwidth))
			time.Sleep(time.Until(free))
		}
		l.waitWhileStalled()
		if _, err := to.Write(next.data); err != nil {
			failed = true
			l.close(to, from)
		}
	}
	if half, ok := to.(interface{ CloseWrite() error }); ok && !failed {
		l.waitWhileStalled()
		_ = half.CloseWrite()
	}
}

func (l *link) capacity() int {
	if l.bandwidth == 0 {
		return maxChunks
	}
	inFlight := int(l.delay.Seconds() * float64(l.bandwidth) / chunkSize)
	return min(maxChunks, inFlight+2)
}

func (l *link) waitWhileStalled() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for l.stalled {
		l.flowing.Wait()
	}
}

// stall lets nothing through any more and ends nothing, as a lost route does.
func (l *link) stall(stalled bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.stalled = stalled
	l.flowing.Broadcast()
}

// cut resets all connections; new ones are taken.
func (l *link) cut() {
	l.mutex.Lock()
	connections := make([]net.Conn, 0, len(l.connections))
	for connection := range l.connections {
		if tcp, ok := connection.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		connections = append(connections, connection)
	}
	l.mutex.Unlock()
	l.close(connections...)
}

func (l *link) close(connections ...net.Conn) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, connection := range connections {
		delete(l.connections, connection)
		_ = connection.Close()
	}
}

// end closes the listener and cuts.
func (l *link) end() {
	_ = io.Closer(l.listener).Close()
	l.stall(false)
	l.cut()
}
