// Package instance runs a server as a process of its own, as its users would:
// by flags, a configuration file and a data directory. What a test or a
// benchmark learns about it comes from its HTTP API, its log and /proc.
package instance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Spec says what to run.
type Spec struct {
	// Binary is the program's path.
	Binary string
	// Args are its arguments. "{addr}" in them becomes a free loopback address
	// that the program is to serve HTTP on, "{port}" its port; "{addr2}" another one.
	Args []string
	// Dir is the working directory, and where its log file goes.
	Dir string
	// ReadyPath answers 200 once it is ready; empty means "/-/ready".
	ReadyPath string
	// Client makes the requests; nil means [http.DefaultClient].
	Client *http.Client
	// Scheme is "http" unless set.
	Scheme string
	// Env is added to the environment.
	Env []string
}

// Instance is a running process.
type Instance struct {
	// URL is the root of its HTTP side, without a slash at the end.
	URL string
	// Addr2 is what "{addr2}" became.
	Addr2 string

	spec Spec
	cmd  *exec.Cmd
	log  *log
	done chan struct{} // closed when the process has ended
	err  error         // what Wait returned; after done
}

// Start runs the process and waits until it is ready. A process that ends
// before, or is not ready when ctx ends, is an error with the end of its log.
func Start(ctx context.Context, s Spec) (*Instance, error) {
	for {
		in, err := Launch(s)
		if err != nil {
			return nil, err
		}
		if err = in.awaitReady(ctx); err == nil {
			return in, nil
		}
		in.Kill()
		if errors.Is(err, errEnded) && ctx.Err() == nil && strings.Contains(in.Tail(20), "address already in use") {
			continue // see freeAddress
		}
		return nil, fmt.Errorf("start %s: %w\n%s", filepath.Base(s.Binary), err, in.Tail(20))
	}
}

// Launch runs the process and does not wait.
func Launch(s Spec) (*Instance, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	addr2, err := freeAddress()
	if err != nil {
		return nil, err
	}
	if s.ReadyPath == "" {
		s.ReadyPath = "/-/ready"
	}
	if s.Scheme == "" {
		s.Scheme = "http"
	}
	if s.Client == nil {
		s.Client = http.DefaultClient
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	r := strings.NewReplacer("{addr}", addr, "{addr2}", addr2, "{port}", port)
	args := make([]string, len(s.Args))
	for i, a := range s.Args {
		args[i] = r.Replace(a)
	}
	in := &Instance{URL: s.Scheme + "://" + addr, Addr2: addr2, spec: s, log: &log{}, done: make(chan struct{})}
	in.cmd = exec.Command(s.Binary, args...)
	in.cmd.Dir = s.Dir
	in.cmd.Env = append(os.Environ(), s.Env...)
	in.cmd.Stdout, in.cmd.Stderr = in.log, in.log
	// A test binary that is killed must not leave servers behind.
	in.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := in.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(s.Binary), err)
	}
	go func() {
		in.err = in.cmd.Wait()
		close(in.done)
	}()
	return in, nil
}

var errEnded = errors.New("the process ended")

func (in *Instance) awaitReady(ctx context.Context) error {
	return Await(ctx, 20*time.Millisecond, func(ctx context.Context) error {
		select {
		case <-in.done:
			return Permanent(fmt.Errorf("%w: %v", errEnded, in.err))
		default:
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, in.URL+in.spec.ReadyPath, nil)
		if err != nil {
			return Permanent(err)
		}
		resp, err := in.spec.Client.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		io.Copy(io.Discard, resp.Body)
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("not ready: %s", resp.Status)
		}
		return nil
	})
}

// PID is the process' id.
func (in *Instance) PID() int { return in.cmd.Process.Pid }

// Done is closed when the process has ended.
func (in *Instance) Done() <-chan struct{} { return in.done }

// Signal sends a signal.
func (in *Instance) Signal(sig os.Signal) error { return in.cmd.Process.Signal(sig) }

// Stop asks the process to end and waits for it. Ending with another status
// than 0, or not within a minute, is an error with the end of its log.
func (in *Instance) Stop() error {
	if err := in.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-in.done:
	case <-time.After(time.Minute):
		in.Kill()
		return fmt.Errorf("%s did not end on SIGTERM\n%s", filepath.Base(in.spec.Binary), in.Tail(20))
	}
	if in.err != nil {
		return fmt.Errorf("%s ended with %w\n%s", filepath.Base(in.spec.Binary), in.err, in.Tail(20))
	}
	return nil
}

// Kill ends the process at once.
func (in *Instance) Kill() {
	in.cmd.Process.Kill()
	<-in.done
}

// Tail returns the last n lines of the log.
func (in *Instance) Tail(n int) string {
	lines := in.Lines()
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// Lines returns all lines of the log.
func (in *Instance) Lines() []string {
	in.log.mu.Lock()
	defer in.log.mu.Unlock()
	return strings.Split(strings.TrimRight(in.log.buf.String(), "\n"), "\n")
}

// log collects what a process writes.
type log struct {
	mu  sync.Mutex // guards buf
	buf bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// freeAddress returns a loopback address nobody listens on. Another process may
// take it first; the one that was to have it then says so and ends.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}
