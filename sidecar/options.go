package sidecar

import (
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Options says what a [Sidecar] works on. Start from [DefaultOptions].
type Options struct {
	// Sources deliver the objects. At least one.
	Sources []Source
	// Sink takes the bundles.
	Sink Sink
	// Reporters are told what became of each object.
	Reporters []Reporter
	// Kinds are the kinds of drop-ins the sink's reader wants. Others are not
	// looked at: another sidecar serves them.
	Kinds []dropin.Kind
	// Policy is what drop-ins may do.
	Policy dropin.Policy
	// Restored are the drop-ins of the generation that an earlier life of the
	// sidecar published: the last good versions to begin with.
	Restored []dropin.Checked
	// WriteStatus stores the status for the neighbour to show. May be nil.
	WriteStatus func(json []byte) error

	// Holdoff is how long it must have been quiet before several changes in a row
	// are published together. The first change after a quiet time goes out at once.
	Holdoff time.Duration
	// HoldoffMax bounds how long changes that never cease can hold each other up.
	HoldoffMax time.Duration
	// ApplyTimeout bounds one publish and reload.
	ApplyTimeout time.Duration
	// RetryMin and RetryMax bound the wait after a failed apply. It doubles.
	RetryMin, RetryMax time.Duration
	// Reconfirm is how often the reader is asked to confirm what it confirmed
	// before: it may have been restarted with another generation.
	Reconfirm time.Duration
	// ForgiveAfter is when a version that the reader refused is tried once more:
	// the reason may have been something else that has changed since.
	ForgiveAfter time.Duration

	// RemindAfter is when owners are told once more of problems that stay. API
	// servers forget Events after an hour by default.
	RemindAfter time.Duration

	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// DefaultOptions returns the times that suit a cluster, without sources and sink.
//
// HoldoffMax is half of what one change may take to be live: a team that
// changes its drop-in all the time must not delay others beyond that.
func DefaultOptions() Options {
	return Options{
		Kinds:        []dropin.Kind{dropin.KindScrape, dropin.KindRules},
		Holdoff:      100 * time.Millisecond,
		HoldoffMax:   500 * time.Millisecond,
		ApplyTimeout: 30 * time.Second,
		RetryMin:     100 * time.Millisecond,
		RetryMax:     5 * time.Second,
		Reconfirm:    30 * time.Second,
		ForgiveAfter: 10 * time.Minute,
		RemindAfter:  30 * time.Minute,
		Logger:       slog.New(slog.DiscardHandler),
		Registerer:   prometheus.NewRegistry(),
	}
}

func (o Options) validate() error {
	var errs []error
	if len(o.Sources) == 0 {
		errs = append(errs, errors.New("a sidecar needs a source"))
	}
	if o.Sink == nil {
		errs = append(errs, errors.New("a sidecar needs a sink"))
	}
	if o.Logger == nil || o.Registerer == nil {
		errs = append(errs, errors.New("a sidecar needs a logger and a registerer"))
	}
	if o.Holdoff <= 0 || o.HoldoffMax < o.Holdoff {
		errs = append(errs, errors.New("holdoff must be positive and not above its maximum"))
	}
	if o.ApplyTimeout <= 0 || o.RetryMin <= 0 || o.RetryMax < o.RetryMin || o.Reconfirm <= 0 || o.ForgiveAfter <= 0 || o.RemindAfter <= 0 {
		errs = append(errs, errors.New("timeout, retry, reconfirm, forgive and remind times must be positive"))
	}
	return errors.Join(errs...)
}
