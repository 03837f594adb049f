package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"
)

// localRuntime stands for containerd: what its CRI service does with the streams of exec, attach and port-forward, with
// local processes in the place of containers.
type localRuntime struct {
	processes *processTable
	pods      *podTable
	// containerd 1.6 to 2.2 answer an exec only after the copy of its stdin has ended, which it never does while the
	// process's side is full and nobody reads any more; and they take the end of stdin on a terminal for a wish to
	// detach the output. Later ones do neither, and kill the process when the request is cancelled.
	waitForStdin bool

	mutex      sync.Mutex
	containers map[string]*container
}

func newLocalRuntime(processes *processTable, pods *podTable, waitForStdin bool) *localRuntime {
	return &localRuntime{
		processes: processes, pods: pods, waitForStdin: waitForStdin, containers: map[string]*container{},
	}
}

func (r *localRuntime) Exec(
	ctx context.Context, _ string, argv []string, stdin io.Reader, stdout, stderr io.WriteCloser, tty bool,
	sizes <-chan remotecommand.TerminalSize,
) error {
	p, err := r.processes.startProcess(argv, stdin != nil, tty)
	if err != nil {
		return fmt.Errorf("failed to exec in container: failed to start exec %q: %w", newID(), err)
	}
	defer p.release()
	go p.resize(sizes)

	var copies sync.WaitGroup
	var endStdin func()
	if stdin != nil {
		source := newStoppableReader(stdin)
		endStdin = source.stop
		copyStdin := func() {
			_, _ = io.Copy(p.stdin, source)
			switch {
			case !tty:
				_ = p.stdin.Close()
			case r.waitForStdin:
				_ = p.stdout.Close()
			}
		}
		if r.waitForStdin {
			copies.Go(copyStdin)
		} else {
			go copyStdin()
			go func() {
				<-p.done
				endStdin()
			}()
		}
	}
	copyOutput := func(to io.WriteCloser, from io.ReadCloser) {
		_, _ = io.Copy(to, from)
		_ = from.Close()
		_ = to.Close()
		if r.waitForStdin && endStdin != nil {
			endStdin()
		}
	}
	if stdout != nil {
		copies.Go(func() { copyOutput(stdout, p.stdout) })
	} else {
		go func() { _, _ = io.Copy(io.Discard, p.stdout) }()
	}
	if !tty {
		if stderr != nil {
			copies.Go(func() { copyOutput(stderr, p.stderr) })
		} else {
			go func() { _, _ = io.Copy(io.Discard, p.stderr) }()
		}
	}

	if r.waitForStdin {
		<-p.done
	} else {
		select {
		case <-p.done:
		case <-ctx.Done():
			_ = p.command.Process.Kill()
			<-p.done
		}
	}
	copies.Wait()
	if p.exitCode == 0 {
		return nil
	}
	return &utilexec.CodeExitError{
		Err:  fmt.Errorf("error executing command %v, exit code %d", argv, p.exitCode),
		Code: p.exitCode,
	}
}

func (r *localRuntime) Attach(
	_ context.Context, id string, stdin io.Reader, stdout, stderr io.WriteCloser, tty bool,
	sizes <-chan remotecommand.TerminalSize,
) error {
	c, err := r.container(id)
	if err != nil {
		return err
	}
	return c.attach(stdin, stdout, stderr, tty, sizes)
}

// PortForward takes the host for the pod's network, and gives the other direction a second when one has ended.
func (r *localRuntime) PortForward(_ context.Context, _ string, port int32, stream io.ReadWriteCloser) error {
	defer stream.Close()
	conn, err := net.Dial("tcp", net.JoinHostPort("localhost", strconv.Itoa(int(port))))
	if err != nil {
		return fmt.Errorf("failed to connect to localhost:%d inside namespace: %w", port, err)
	}
	defer conn.Close()
	ended := make(chan error, 2)
	go func() {
		_, err := io.Copy(stream, conn)
		ended <- err
	}()
	go func() {
		_, err := io.Copy(conn, stream)
		ended <- err
	}()
	err = <-ended
	select {
	case <-ended:
	case <-time.After(time.Second):
	}
	return err
}

// container is the running container of an ID, which is started when it is first asked for or has ended.
func (r *localRuntime) container(id string) (*container, error) {
	podName, name, _ := strings.Cut(id, "/")
	pod, ok := r.pods.find("default", podName)
	if !ok {
		return nil, fmt.Errorf("failed to find container %q in store: not found", id)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if running := r.containers[id]; running != nil && !running.ended() {
		return running, nil
	}
	for _, spec := range pod.Spec.Containers {
		if spec.Name == name {
			started, err := startContainer(r.processes, spec)
			r.containers[id] = started
			return started, err
		}
	}
	return nil, fmt.Errorf("failed to find container %q in store: not found", id)
}

func newID() string {
	id := make([]byte, 32)
	_, _ = rand.Read(id)
	return hex.EncodeToString(id)
}

// stoppableReader reads in a goroutine of its own, so that a reader that waits can be let go.
type stoppableReader struct {
	*io.PipeReader
}

func newStoppableReader(source io.Reader) *stoppableReader {
	reader, writer := io.Pipe()
	go func() {
		_, _ = io.Copy(writer, source)
		_ = writer.Close()
	}()
	return &stoppableReader{reader}
}

func (r *stoppableReader) stop() { _ = r.Close() }
