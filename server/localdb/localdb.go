// Package localdb is the local storage of a server that answers requests
// before its storage is open: replaying the log of a large server takes
// minutes. Until then every operation returns tsdb.ErrNotReady.
package localdb

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/agent"
)

// DB is a storage.Storage, also an exemplar and admin interface, in front of a
// *tsdb.DB or an *agent.DB that is opened later.
type DB struct {
	stats *tsdb.DBStats
	open  atomic.Pointer[opened]
}

// opened has one of its two databases.
type opened struct {
	storage.Storage
	server *tsdb.DB
	agent  *agent.DB
	// margin is added to the start time, in milliseconds.
	margin int64
}

// New returns a DB that is not open.
func New() *DB { return &DB{stats: tsdb.NewDBStats()} }

// SetServer puts an open TSDB behind d. margin, in milliseconds, is how far
// after its oldest block the TSDB is expected to be complete.
func (d *DB) SetServer(db *tsdb.DB, margin int64) {
	d.open.Store(&opened{Storage: db, server: db, margin: margin})
}

// SetAgent puts an open agent log behind d.
func (d *DB) SetAgent(db *agent.DB) {
	d.open.Store(&opened{Storage: db, agent: db})
}

// onServer calls f with the TSDB. An agent has none.
func (d *DB) onServer(f func(*tsdb.DB) error) error {
	o := d.open.Load()
	switch {
	case o == nil:
		return tsdb.ErrNotReady
	case o.server == nil:
		return agent.ErrUnsupported
	}
	return f(o.server)
}

// ApplyConfig passes on what can change while running. It does nothing while
// there is nothing to change.
func (d *DB) ApplyConfig(c *config.Config) error {
	if o := d.open.Load(); o != nil && o.server != nil {
		return o.server.ApplyConfig(c)
	}
	return nil
}

// StartTime implements storage.Storage: the oldest sample's time in
// milliseconds, plus a margin in which older data may still be missing.
func (d *DB) StartTime() (int64, error) {
	o := d.open.Load()
	switch {
	case o == nil:
		return math.MaxInt64, tsdb.ErrNotReady
	case o.agent != nil:
		return o.agent.StartTime()
	}
	if blocks := o.server.Blocks(); len(blocks) > 0 {
		return blocks[0].Meta().MinTime + o.margin, nil
	}
	return time.Now().Unix()*1000 + o.margin, nil
}

// Querier implements storage.Queryable.
func (d *DB) Querier(mint, maxt int64) (storage.Querier, error) {
	if o := d.open.Load(); o != nil {
		return o.Storage.Querier(mint, maxt)
	}
	return nil, tsdb.ErrNotReady
}

// ChunkQuerier implements storage.ChunkQueryable.
func (d *DB) ChunkQuerier(mint, maxt int64) (storage.ChunkQuerier, error) {
	if o := d.open.Load(); o != nil {
		return o.Storage.ChunkQuerier(mint, maxt)
	}
	return nil, tsdb.ErrNotReady
}

// ExemplarQuerier implements storage.ExemplarQueryable.
func (d *DB) ExemplarQuerier(ctx context.Context) (q storage.ExemplarQuerier, err error) {
	err = d.onServer(func(db *tsdb.DB) error {
		q, err = db.ExemplarQuerier(ctx)
		return err
	})
	return q, err
}

// Appender implements storage.Appendable.
func (d *DB) Appender(ctx context.Context) storage.Appender {
	if o := d.open.Load(); o != nil {
		return o.Storage.Appender(ctx)
	}
	return notReady{}
}

// AppenderV2 implements storage.AppendableV2.
func (d *DB) AppenderV2(ctx context.Context) storage.AppenderV2 {
	if o := d.open.Load(); o != nil {
		return o.Storage.AppenderV2(ctx)
	}
	return notReadyV2{}
}

// Close closes what is open.
func (d *DB) Close() error {
	if o := d.open.Load(); o != nil {
		return o.Storage.Close()
	}
	return nil
}

// CleanTombstones implements the API's TSDBAdminStats.
func (d *DB) CleanTombstones() error {
	return d.onServer((*tsdb.DB).CleanTombstones)
}

// Delete implements the API's TSDBAdminStats.
func (d *DB) Delete(ctx context.Context, mint, maxt int64, ms ...*labels.Matcher) error {
	return d.onServer(func(db *tsdb.DB) error { return db.Delete(ctx, mint, maxt, ms...) })
}

// Snapshot implements the API's TSDBAdminStats.
func (d *DB) Snapshot(dir string, withHead bool) error {
	return d.onServer(func(db *tsdb.DB) error { return db.Snapshot(dir, withHead) })
}

// BlockMetas implements the API's TSDBAdminStats.
func (d *DB) BlockMetas() (metas []tsdb.BlockMeta, err error) {
	err = d.onServer(func(db *tsdb.DB) error {
		metas = db.BlockMetas()
		return nil
	})
	return metas, err
}

// Stats implements the API's TSDBAdminStats.
func (d *DB) Stats(byLabel string, limit int) (s *tsdb.Stats, err error) {
	err = d.onServer(func(db *tsdb.DB) error {
		s = db.Head().Stats(byLabel, limit)
		return nil
	})
	return s, err
}

// WALReplayStatus implements the API's TSDBAdminStats. It answers before the
// TSDB is open, if that was given [DB.OpenStats].
func (d *DB) WALReplayStatus() (tsdb.WALReplayStatus, error) {
	return d.stats.Head.WALReplayStatus.GetWALReplayStatus(), nil
}

// OpenStats are to be given to tsdb.Open.
func (d *DB) OpenStats() *tsdb.DBStats { return d.stats }
