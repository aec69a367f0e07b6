//go:build !linux

package main

import (
	"context"
	"errors"
	"runtime"
)

// fromSource says what to do instead: nodes are made of Linux namespaces.
func (c *cluster) fromSource(context.Context, []string) error {
	return errors.New("a cluster from source needs Linux, and this is " + runtime.GOOS + ": install kind and a Docker engine")
}
