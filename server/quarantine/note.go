package quarantine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// Note tells about a block in quarantine.
type Note struct {
	// Block is its name, a ULID.
	Block string `json:"block"`
	// MinTime and MaxTime bound the samples that are missing, in milliseconds
	// since 1970.
	MinTime int64 `json:"minTime"`
	MaxTime int64 `json:"maxTime"`
	// Reason says what is wrong with it.
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"`
}

const noteSuffix = ".json"

// write puts the note beside where the block goes, not into it: a block that is
// repaired can be moved back as it is.
func (q *Quarantine) write(n Note) error {
	raw, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("encode note: %w", err)
	}
	return os.WriteFile(q.path(n)+noteSuffix, raw, 0o666)
}

// read finds the blocks in quarantine. One without a readable note counts as
// well: somebody's disk is not well, and notes lie on it too.
func (q *Quarantine) read() error {
	entries, err := os.ReadDir(q.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read quarantine: %w", err)
	}
	for _, e := range entries {
		if _, err := ulid.ParseStrict(e.Name()); err != nil || !e.IsDir() {
			continue
		}
		n := Note{Block: e.Name()}
		raw, err := os.ReadFile(filepath.Join(q.dir, e.Name()+noteSuffix))
		if err == nil {
			err = json.Unmarshal(raw, &n)
		}
		if err != nil || !strings.EqualFold(n.Block, e.Name()) {
			n = Note{Block: e.Name(), Reason: "unknown: its note cannot be read"}
		}
		q.notes = append(q.notes, n)
	}
	return nil
}
