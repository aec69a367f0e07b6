package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/livedir"
)

// lockPatience is as long as the server beside it waits for its data directory.
const lockPatience = time.Minute

// lockWhenFree waits for the sidecar before to end: that of a pod that was deleted
// by force runs on for seconds beside its successor's. Were this one to fail, the
// kubelet would let it wait before it may try again, and the server with it.
func lockWhenFree(ctx context.Context, path string, patience time.Duration, log *slog.Logger) (io.Closer, error) {
	var lock io.Closer
	var err error
	waits := false
	// What it returns is whether it took too long, and then err says by whom.
	_ = wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, patience, true, func(context.Context) (bool, error) {
		lock, err = livedir.Lock(path)
		held := errors.Is(err, livedir.ErrLocked)
		if held && !waits {
			waits = true
			log.Warn("waiting for the writer before to end", "for_at_most", patience, "err", err)
		}
		return !held, nil
	})
	return lock, err
}
