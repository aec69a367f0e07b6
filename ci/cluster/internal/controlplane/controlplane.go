//go:build linux

// Package controlplane runs etcd, the API server, the controller manager, the
// scheduler and the volume provisioner as processes on the host.
package controlplane

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/layout"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/cluster/internal/proc"
)

const (
	etcd              = "etcd"
	apiServer         = "kube-apiserver"
	controllerManager = "kube-controller-manager"
	scheduler         = "kube-scheduler"
	provisioner       = "volume-provisioner"
)

// Names lists the processes in the order in which they start.
func Names() []string {
	return []string{etcd, apiServer, controllerManager, scheduler, provisioner}
}

// Plane is the control plane of one cluster.
type Plane struct {
	Layout    layout.Layout
	Processes proc.Table
}

// EnsureAPI starts etcd and the API server where they do not run, and waits until they are ready.
func (p Plane) EnsureAPI(ctx context.Context) error {
	for _, name := range []string{etcd, apiServer} {
		if err := p.ensure(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// EnsureControllers does the same for what works through the API server.
func (p Plane) EnsureControllers(ctx context.Context) error {
	for _, name := range []string{controllerManager, scheduler, provisioner} {
		if err := p.ensure(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// ensure starts a process unless it runs with the wanted arguments.
func (p Plane) ensure(ctx context.Context, name string) error {
	args := p.args(name)
	running, err := p.Processes.Find(name)
	if err != nil {
		return err
	}
	if running != nil && (!slices.Equal(running.CommandLine(), args) || running.Outdated()) {
		if err := running.Stop(ctx, 15*time.Second); err != nil {
			return fmt.Errorf("restart %s: %w", name, err)
		}
		running = nil
	}
	if running == nil {
		if err := os.MkdirAll(p.Layout.EtcdData(), 0o700); err != nil {
			return err
		}
		running, err = p.Processes.Start(proc.Spec{Name: name, Args: args, Log: p.Layout.Log(name), Dir: p.Layout.Run()})
		if err != nil {
			return err
		}
	}
	defer running.Close()
	if err := p.ready(ctx, name, running); err != nil {
		return &StartError{Name: name, Log: p.Layout.Log(name), Err: err}
	}
	return nil
}

// StartError is a process that did not become ready.
type StartError struct {
	Name, Log string
	Err       error
}

func (e *StartError) Error() string { return fmt.Sprintf("%s is not ready: %v", e.Name, e.Err) }

// Unwrap returns the last answer.
func (e *StartError) Unwrap() error { return e.Err }

// Stop ends all of them, the API server after those that use it.
func (p Plane) Stop(ctx context.Context) error {
	for _, name := range slices.Backward(Names()) {
		if err := p.stop(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// StopAPIServer ends the API server alone, as when it is upgraded or crashes.
func (p Plane) StopAPIServer(ctx context.Context) error { return p.stop(ctx, apiServer) }

func (p Plane) stop(ctx context.Context, name string) error {
	running, err := p.Processes.Find(name)
	if err != nil || running == nil {
		return err
	}
	defer running.Close()
	// The data is about to be removed or was written without sync: nothing is lost by not
	// waiting longer, and the API server would drain for a minute.
	if err := running.Stop(ctx, 2*time.Second); err != nil {
		return fmt.Errorf("stop %s: %w", name, err)
	}
	return nil
}

// Running tells which of them run.
func (p Plane) Running() (map[string]bool, error) {
	running := map[string]bool{}
	for _, name := range Names() {
		process, err := p.Processes.Find(name)
		if err != nil {
			return nil, err
		}
		if process != nil {
			running[name] = true
			process.Close()
		}
	}
	return running, nil
}

// readyWithin is generous: a busy CI machine takes ten times as long as an idle one.
const readyWithin = 2 * time.Minute

// ready waits until the process answers that it is ready; that it ended is an answer too.
func (p Plane) ready(ctx context.Context, name string, process *proc.Process) error {
	client, err := p.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	for {
		err := ask(ctx, client, p.readyURL(name))
		if err == nil {
			return nil
		}
		if process.Ended(ctx, 100*time.Millisecond) {
			return fmt.Errorf("it ended (%w)", err)
		}
		if ctx.Err() != nil {
			return err
		}
	}
}

func ask(ctx context.Context, client *http.Client, url string) error {
	if url == "" {
		return nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, res.Status)
	}
	return nil
}
