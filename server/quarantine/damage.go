package quarantine

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"

	"github.com/oklog/ulid/v2"
	"github.com/prometheus/prometheus/tsdb"
)

// damaged is a block that cannot be read.
type damaged struct {
	name             string
	minTime, maxTime int64
	err              error
}

// damagedBlocks opens each block as the TSDB would. It returns an error, and no
// block, if one cannot be opened for a reason that is not the block's own.
func damagedBlocks(dir string, l *slog.Logger) ([]damaged, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look for damaged blocks: %w", err)
	}
	var found []damaged
	replaced := map[string]bool{}
	for _, e := range entries {
		if _, err := ulid.ParseStrict(e.Name()); err != nil || !e.IsDir() {
			continue
		}
		path := filepath.Join(dir, e.Name())
		m, err := readMeta(path)
		if err != nil {
			continue // the TSDB says so and goes on without the block
		}
		block, err := tsdb.OpenBlock(l, path, nil, nil)
		if err == nil {
			for _, p := range m.Compaction.Parents {
				replaced[p.ULID.String()] = true
			}
			err = block.Close()
			if err != nil {
				return nil, fmt.Errorf("close block %s: %w", e.Name(), err)
			}
			continue
		}
		if !isDamage(err) {
			return nil, fmt.Errorf("no block is set aside, because that is not the block's fault: %w", err)
		}
		found = append(found, damaged{e.Name(), m.MinTime, m.MaxTime, err})
	}
	// The TSDB deletes what was compacted into a block that is fine.
	left := found[:0]
	for _, d := range found {
		if !replaced[d.name] {
			left = append(left, d)
		}
	}
	return left, nil
}

// readMeta reads what the TSDB insists on before it opens a block.
func readMeta(dir string) (m tsdb.BlockMeta, err error) {
	raw, err := os.ReadFile(filepath.Join(dir, "meta.json"))
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(raw, &m)
}

// isDamage tells a block's fault from the system's. A process that has no more
// file descriptors or memory, or may not read a directory, must not set all its
// blocks aside. A missing file and an empty one, which cannot be mapped into
// memory (EINVAL), are damage: the usual one after a power cut.
func isDamage(err error) bool {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return true
	}
	return errno == syscall.ENOENT || errno == syscall.EINVAL || errno == syscall.ENOTDIR || errno == syscall.EISDIR
}
