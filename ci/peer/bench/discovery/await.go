package discovery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// patience is how long a server may take to notice a change.
const patience = time.Minute

// awaitTarget asks all servers at the same time until each has the target.
func awaitTarget(ctx context.Context, servers []*server, job, address string, since time.Time) error {
	return together(ctx, servers, func(ctx context.Context, s *server) error {
		err := instance.Await(ctx, 10*time.Millisecond, func(ctx context.Context) error {
			targets, err := s.targets(ctx, job)
			if err == nil && !slices.Contains(targets, address) {
				err = fmt.Errorf("%s is no target of %s of %s", address, job, s.name)
			}
			return err
		})
		s.latency = append(s.latency, time.Since(since))
		return err
	})
}

// awaitScrape waits until each server has scraped the target.
func awaitScrape(ctx context.Context, servers []*server, address string, since time.Time) error {
	return together(ctx, servers, func(ctx context.Context, s *server) error {
		select {
		case at := <-s.pods.first(address):
			s.scraped = append(s.scraped, at.Sub(since))
			return nil
		case <-ctx.Done():
			return fmt.Errorf("%s has not scraped %s: %w", s.name, address, context.Cause(ctx))
		}
	})
}

func together(ctx context.Context, servers []*server, f func(context.Context, *server) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	for _, s := range servers {
		g.Go(func() error { return f(ctx, s) })
	}
	return g.Wait()
}
