package log

import (
	"context"
	"errors"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
)

// Storage is the local storage with its commits under guard.
func (g *Guard) Storage(local storage.Storage) storage.Storage {
	return &guarded{Storage: local, guard: g}
}

type guarded struct {
	storage.Storage
	guard *Guard
}

func (s *guarded) Appender(ctx context.Context) storage.Appender {
	return &appender{s.Storage.Appender(ctx), s.guard}
}

func (s *guarded) AppenderV2(ctx context.Context) storage.AppenderV2 {
	return &appenderV2{s.Storage.AppenderV2(ctx), s.guard}
}

// transaction is what the two kinds of appenders have in common.
type transaction interface {
	Commit() error
	Rollback() error
}

func (g *Guard) commit(t transaction) error {
	if g.Torn() {
		return errors.Join(ErrTorn, t.Rollback())
	}
	return g.wrote(t.Commit())
}

// rollback writes as well: series that were made stay.
func (g *Guard) rollback(t transaction) error { return g.wrote(t.Rollback()) }

type appender struct {
	storage.Appender
	guard *Guard
}

func (a *appender) Commit() error   { return a.guard.commit(a.Appender) }
func (a *appender) Rollback() error { return a.guard.rollback(a.Appender) }

// GetRef implements storage.GetRef if what is wrapped does.
func (a *appender) GetRef(l labels.Labels, hash uint64) (storage.SeriesRef, labels.Labels) {
	return ref(a.Appender, l, hash)
}

type appenderV2 struct {
	storage.AppenderV2
	guard *Guard
}

func (a *appenderV2) Commit() error   { return a.guard.commit(a.AppenderV2) }
func (a *appenderV2) Rollback() error { return a.guard.rollback(a.AppenderV2) }

// GetRef implements storage.GetRef if what is wrapped does.
func (a *appenderV2) GetRef(l labels.Labels, hash uint64) (storage.SeriesRef, labels.Labels) {
	return ref(a.AppenderV2, l, hash)
}

func ref(appender any, l labels.Labels, hash uint64) (storage.SeriesRef, labels.Labels) {
	if g, ok := appender.(storage.GetRef); ok {
		return g.GetRef(l, hash)
	}
	return 0, labels.EmptyLabels()
}
