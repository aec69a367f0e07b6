// Package profile keeps profiles of the servers that are measured, for
// go tool pprof. They are taken after the measurement, which they would disturb.
package profile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
)

// Dir is where profiles go; the empty Dir takes none.
type Dir string

// cpuSeconds is how long the CPU is profiled.
const cpuSeconds = 10

// Heap writes <name>.heap, of what is in use after a garbage collection.
func (d Dir) Heap(ctx context.Context, url, name string) error {
	if d == "" {
		return nil
	}
	return d.fetch(ctx, url+"/debug/pprof/heap?gc=1", name+".heap")
}

// Take writes <name>.heap and <name>.cpu, and <name>.allocs of what was allocated
// meanwhile. They are taken while work runs, which must return soon after its
// context ends.
func (d Dir) Take(ctx context.Context, url, name string, work func(context.Context) error) error {
	if d == "" {
		return nil
	}
	if err := d.Heap(ctx, url, name); err != nil {
		return err
	}
	working, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		var err error
		for err == nil && working.Err() == nil {
			err = work(working)
		}
		if errors.Is(err, context.Canceled) {
			err = nil
		}
		done <- err
	}()
	err := d.fetch(ctx, fmt.Sprintf("%s/debug/pprof/profile?seconds=%d", url, cpuSeconds), name+".cpu")
	if err == nil {
		err = d.fetch(ctx, fmt.Sprintf("%s/debug/pprof/allocs?seconds=%d", url, cpuSeconds), name+".allocs")
	}
	stop()
	return errors.Join(err, <-done)
}

func (d Dir) fetch(ctx context.Context, url, name string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("fetch profile: %w", err)
	}
	defer resp.Body.Close()
	f, err := os.Create(filepath.Join(string(d), name))
	if err != nil {
		return err
	}
	_, err = io.Copy(f, resp.Body)
	return errors.Join(err, f.Close())
}
