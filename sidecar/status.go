package sidecar

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// State says what became of a drop-in's newest edit.
type State string

// The states of a drop-in.
const (
	// StateActive: the reader confirmed that it uses the newest edit.
	StateActive State = "active"
	// StatePending: the newest edit is good and the reader has not confirmed it yet.
	StatePending State = "pending"
	// StateStale: the newest edit was refused, the last good one is published.
	StateStale State = "stale"
	// StateRejected: the newest edit was refused and there is no good one.
	StateRejected State = "rejected"
)

// Status is what the sidecar knows, for people and for the neighbour's API.
type Status struct {
	// Synced says that every source has delivered all there is.
	Synced bool `json:"synced"`
	// Digest is the newest set, Confirmed what the reader said it uses. They
	// differ while a change is on its way.
	Digest    string `json:"digest"`
	Confirmed string `json:"confirmed"`
	// ConfirmedAt is when the reader last said so.
	ConfirmedAt time.Time `json:"confirmedAt,omitzero"`
	// Error is why the newest set is not in use; empty if it is.
	Error   string         `json:"error,omitempty"`
	Sources []SourceStatus `json:"sources"`
	// DropIns are sorted by Ref.
	DropIns []DropIn `json:"dropIns"`
}

// DropIn is the state of one drop-in.
type DropIn struct {
	Ref   dropin.Ref  `json:"ref"`
	Kind  dropin.Kind `json:"kind,omitempty"`
	State State       `json:"state"`
	// Since is when it came into this state.
	Since time.Time `json:"since"`
	// Version is the newest resourceVersion seen, Running the one in use.
	Version string `json:"version,omitempty"`
	Running string `json:"running,omitempty"`
	// Problems speak against the newest edit.
	Problems []dropin.Problem `json:"problems,omitempty"`
}

// dropIns judges every record and returns them sorted.
func (s *store) dropIns(now time.Time) []DropIn {
	out := make([]DropIn, 0, len(s.records))
	for ref, r := range s.records {
		r.judge(s.chosen[ref], now)
		d := DropIn{
			Ref: ref, Kind: r.kind, State: r.state, Since: r.since,
			Version: r.version, Problems: r.problems(),
		}
		if r.live != nil {
			d.Running = r.live.Version
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b DropIn) int { return a.Ref.Compare(b.Ref) })
	return out
}

// statusEvery bounds how often the status is written: with thousands of drop-ins
// it is large, and nobody looks more often.
const statusEvery = time.Second

// writeStatus keeps the file with the status up to date until ctx ends. The
// first change after a quiet time is written at once.
func (s *Sidecar) writeStatus(ctx context.Context) {
	log := s.opts.Logger.With("component", "status")
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.stirred:
		}
		raw, err := json.Marshal(s.Status())
		if err == nil {
			err = s.opts.WriteStatus(raw)
		}
		if err != nil {
			log.Error("the status was not written", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(statusEvery):
		}
	}
}
