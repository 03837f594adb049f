package main

import (
	"io"
	"os"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
)

// container is a process that outlives its clients; its output goes to whoever is attached at the time.
type container struct {
	spec           corev1.Container
	process        *process
	stdout, stderr *outputGroup
}

func startContainer(processes *processTable, spec corev1.Container) (*container, error) {
	p, err := processes.startProcess(spec.Command, spec.Stdin, spec.TTY)
	if err != nil {
		return nil, err
	}
	c := &container{spec: spec, process: p, stdout: newOutputGroup(), stderr: newOutputGroup()}
	var copies sync.WaitGroup
	pipe := func(group *outputGroup, from *os.File) {
		_, _ = io.Copy(group, from)
		group.closeAll()
	}
	copies.Go(func() { pipe(c.stdout, p.stdout) })
	if !spec.TTY {
		copies.Go(func() { pipe(c.stderr, p.stderr) })
	}
	go func() {
		<-p.done
		copies.Wait()
		p.release()
	}()
	return c, nil
}

func (c *container) ended() bool {
	select {
	case <-c.process.done:
		return true
	default:
		return false
	}
}

// attach returns when stdin and all outputs have ended. The end of stdin ends the container's own if that is what
// stdinOnce says, and takes the outputs away otherwise.
func (c *container) attach(
	stdin io.Reader, stdout, stderr io.WriteCloser, tty bool, sizes <-chan remotecommand.TerminalSize,
) error {
	go c.process.resize(sizes)
	out, err := c.stdout.add(stdout), c.stderr.add(nil)
	if !tty {
		err = c.stderr.add(stderr)
	}
	var streams sync.WaitGroup
	stopStdin := func() {}
	if c.process.stdin != nil && stdin != nil {
		source := newStoppableReader(stdin)
		stopStdin = source.stop
		streams.Go(func() {
			_, _ = io.Copy(c.process.stdin, source)
			if c.spec.StdinOnce && !tty {
				_ = c.process.stdin.Close()
				return
			}
			c.stdout.remove(out)
			c.stderr.remove(err)
		})
	}
	for _, member := range []*member{out, err} {
		streams.Go(func() {
			<-member.removed
			if member.stream != nil {
				stopStdin()
			}
		})
	}
	streams.Wait()
	return nil
}

// outputGroup writes to all of its members; one that fails is out.
type outputGroup struct {
	mutex   sync.Mutex
	members map[*member]struct{}
	closed  bool
}

type member struct {
	stream  io.WriteCloser
	removed chan struct{}
}

func newOutputGroup() *outputGroup {
	return &outputGroup{members: map[*member]struct{}{}}
}

// add takes nil for an output that is not wanted, which counts as removed.
func (g *outputGroup) add(stream io.WriteCloser) *member {
	m := &member{stream: stream, removed: make(chan struct{})}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if stream == nil || g.closed {
		close(m.removed)
	} else {
		g.members[m] = struct{}{}
	}
	return m
}

func (g *outputGroup) remove(m *member) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.drop(m)
}

func (g *outputGroup) drop(m *member) {
	if _, ok := g.members[m]; ok {
		delete(g.members, m)
		_ = m.stream.Close()
		close(m.removed)
	}
}

func (g *outputGroup) Write(data []byte) (int, error) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	for m := range g.members {
		if _, err := m.stream.Write(data); err != nil {
			g.drop(m)
		}
	}
	return len(data), nil
}

func (g *outputGroup) closeAll() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.closed = true
	for m := range g.members {
		g.drop(m)
	}
}
