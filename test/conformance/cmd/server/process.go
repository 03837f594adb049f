package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/creack/pty"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
)

// process is a local process with the plumbing of a containerd shim: pipes as FIFOs, and a terminal when asked for. The
// other ends of its streams are the runtime's.
type process struct {
	command  *exec.Cmd
	terminal *os.File
	// nil when there is none. The shim's end of stdin stays open after the process has ended, so that writing more than
	// fits into it blocks instead of failing.
	stdin          *os.File
	stdout, stderr *os.File
	shimStdin      *os.File
	done           chan struct{}
	exitCode       int
}

// startProcess fails in the words of runc.
func (t *processTable) startProcess(argv []string, wantsStdin, tty bool) (*process, error) {
	if len(argv) == 0 {
		return nil, errors.New("OCI runtime exec failed: exec failed: unable to start container process: process args cannot be empty: unknown")
	}
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return nil, fmt.Errorf("OCI runtime exec failed: exec failed: unable to start container process: exec: %q: %s: unknown",
			argv[0], lookupFailure(err))
	}
	command := &exec.Cmd{Path: path, Args: argv, Dir: "/", Env: append(os.Environ(), t.mark)}
	p := &process{command: command, done: make(chan struct{})}
	if tty {
		command.Env = append(command.Env, "TERM=xterm")
		err = p.startWithTerminal(wantsStdin)
	} else {
		err = p.startWithPipes(wantsStdin)
	}
	if err != nil {
		p.release()
		return nil, fmt.Errorf("OCI runtime exec failed: exec failed: unable to start container process: %s: unknown", err)
	}
	t.add(p)
	go func() {
		_ = command.Wait()
		p.exitCode = exitCodeOf(command.ProcessState)
		t.remove(p)
		close(p.done)
	}()
	return p, nil
}

func lookupFailure(err error) string {
	var pathError *fs.PathError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "executable file not found in $PATH"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.As(err, &pathError):
		return "stat " + pathError.Path + ": " + pathError.Err.Error()
	}
	return err.Error()
}

// startWithPipes leaves no copying to os/exec: with files for its streams Wait returns as soon as the process ends,
// whoever still holds them.
func (p *process) startWithPipes(wantsStdin bool) error {
	p.command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	var inner []*os.File
	defer func() { closeAll(inner) }()
	if wantsStdin {
		shimOut, toShim, err := os.Pipe()
		if err != nil {
			return err
		}
		fromShim, processIn, err := os.Pipe()
		if err != nil {
			return err
		}
		p.stdin, p.shimStdin, p.command.Stdin = toShim, shimOut, fromShim
		inner = append(inner, fromShim)
		go func() {
			_, _ = io.Copy(processIn, shimOut)
			_ = processIn.Close()
		}()
	}
	for _, output := range []struct {
		mine   **os.File
		theirs *io.Writer
	}{{&p.stdout, &p.command.Stdout}, {&p.stderr, &p.command.Stderr}} {
		reader, writer, err := os.Pipe()
		if err != nil {
			return err
		}
		*output.mine, *output.theirs = reader, writer
		inner = append(inner, writer)
	}
	return p.command.Start()
}

func (p *process) startWithTerminal(wantsStdin bool) error {
	// No size: a terminal in a container begins with 0x0, too.
	terminal, err := pty.Start(p.command)
	if err != nil {
		return err
	}
	p.terminal = terminal
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	p.stdout = reader
	go func() {
		// Ends with EIO when the last process has closed the terminal, or when the runtime has stopped listening.
		_, _ = io.Copy(writer, terminal)
		_ = writer.Close()
	}()
	if wantsStdin {
		if p.shimStdin, p.stdin, err = os.Pipe(); err != nil {
			return err
		}
		go func() { _, _ = io.Copy(terminal, p.shimStdin) }()
	}
	return nil
}

// resize follows the sizes that arrive until there are no more. Sizes of nothing are ignored, as containerd does, and
// all are taken, tty or not: a size that nobody takes would block the session.
func (p *process) resize(sizes <-chan remotecommand.TerminalSize) {
	for size := range sizes {
		if p.terminal != nil && size.Width > 0 && size.Height > 0 {
			_ = pty.Setsize(p.terminal, &pty.Winsize{Rows: size.Height, Cols: size.Width})
		}
	}
}

// release closes what is left of the streams.
func (p *process) release() {
	closeAll([]*os.File{p.stdin, p.shimStdin, p.stdout, p.stderr, p.terminal})
}

func closeAll(files []*os.File) {
	for _, file := range files {
		if file != nil {
			_ = file.Close()
		}
	}
}

func exitCodeOf(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

// processTable knows every process, to leave none behind.
type processTable struct {
	// In every process's environment, and so in that of everything it starts.
	mark      string
	mutex     sync.Mutex
	processes map[*process]struct{}
}

func newProcessTable() *processTable {
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce)
	return &processTable{
		mark:      "CONFORMANCE_SERVER=" + hex.EncodeToString(nonce),
		processes: map[*process]struct{}{},
	}
}

func (t *processTable) add(p *process) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.processes[p] = struct{}{}
}

func (t *processTable) remove(p *process) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	delete(t.processes, p)
}

func (t *processTable) count() int {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return len(t.processes)
}

// killAll kills the sessions of the processes and, where there is a /proc, everything else that carries the mark.
func (t *processTable) killAll() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for p := range t.processes {
		_ = syscall.Kill(-p.command.Process.Pid, syscall.SIGKILL)
	}
	environments, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range environments {
		content, err := os.ReadFile(file)
		if err != nil || !strings.Contains("\x00"+string(content), "\x00"+t.mark+"\x00") {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(file, "/proc/%d/environ", &pid); err == nil && pid != os.Getpid() {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}
