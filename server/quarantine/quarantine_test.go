package quarantine

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/tsdb/wlog"
)

// blockRange is the time between two blocks of a test, in milliseconds.
const blockRange = 1000

// blocks makes a data directory with three blocks and returns their names,
// oldest first.
func blocks(t *testing.T) (dir string, names []string) {
	t.Helper()
	dir = t.TempDir()
	for i := range 3 {
		series := storage.NewListSeries(labels.FromStrings("__name__", "m"), chunks.GenerateSamples(i*blockRange, 10))
		path, err := tsdb.CreateBlock([]storage.Series{series}, dir, blockRange, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, filepath.Base(path))
	}
	return dir, names
}

type attempt struct {
	q    *Quarantine
	db   *tsdb.DB
	err  error
	reg  *prometheus.Registry
	log  *strings.Builder
	open int // how often the TSDB was opened
}

func open(t *testing.T, dir string) *attempt {
	t.Helper()
	a := &attempt{reg: prometheus.NewRegistry(), log: &strings.Builder{}}
	l := slog.New(slog.NewTextHandler(a.log, nil))
	var err error
	if a.q, err = New(Options{Dir: dir, Logger: l, Registerer: a.reg}); err != nil {
		t.Fatal(err)
	}
	a.db, a.err = a.q.Open(func(reg prometheus.Registerer) (*tsdb.DB, error) {
		a.open++
		o := tsdb.DefaultOptions()
		o.RetentionDuration = 0
		return tsdb.Open(dir, slog.New(slog.DiscardHandler), reg, o, nil)
	})
	t.Cleanup(a.close)
	return a
}

func (a *attempt) close() {
	if a.db != nil {
		_ = a.db.Close()
		a.db = nil
	}
}

func (a *attempt) opened(t *testing.T) (names []string) {
	t.Helper()
	if a.err != nil {
		t.Fatal(a.err)
	}
	for _, b := range a.db.Blocks() {
		names = append(names, b.Meta().ULID.String())
	}
	return names
}

func TestOpen_LeavesAloneWhatOpens(t *testing.T) {
	dir, names := blocks(t)
	a := open(t, dir)
	if got := a.opened(t); !slices.Equal(got, names) || a.open != 1 || len(a.q.Notes()) != 0 {
		t.Errorf("opened %v in %d attempts, notes %v", got, a.open, a.q.Notes())
	}
	if _, err := os.Stat(filepath.Join(dir, dirName)); !os.IsNotExist(err) {
		t.Errorf("made a directory for nothing: %v", err)
	}
}

func TestOpen_SetsDamagedBlocksAside(t *testing.T) {
	for name, damage := range map[string]func(block string) error{
		"index gone":      func(b string) error { return os.Remove(filepath.Join(b, "index")) },
		"index empty":     func(b string) error { return os.Truncate(filepath.Join(b, "index"), 0) },
		"index cut short": func(b string) error { return os.Truncate(filepath.Join(b, "index"), 100) },
		"index zeroed":    func(b string) error { return os.WriteFile(filepath.Join(b, "index"), make([]byte, 4096), 0o666) },
		"chunks gone":     func(b string) error { return os.RemoveAll(filepath.Join(b, "chunks")) },
		"chunks zeroed": func(b string) error {
			return os.WriteFile(filepath.Join(b, "chunks", "000001"), make([]byte, 64), 0o666)
		},
		"tombstones": func(b string) error {
			return os.WriteFile(filepath.Join(b, "tombstones"), []byte("nonsense of a length"), 0o666)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, names := blocks(t)
			if err := damage(filepath.Join(dir, names[1])); err != nil {
				t.Fatal(err)
			}
			a := open(t, dir)
			if got := a.opened(t); !slices.Equal(got, []string{names[0], names[2]}) {
				t.Fatalf("opened %v of %v", got, names)
			}
			notes := a.q.Notes()
			if len(notes) != 1 || notes[0].Block != names[1] || notes[0].MinTime != blockRange || notes[0].Reason == "" {
				t.Errorf("notes %+v", notes)
			}
			if !strings.Contains(a.log.String(), "level=ERROR") || !strings.Contains(a.log.String(), names[1]) {
				t.Errorf("logged %s", a.log)
			}
			if n, err := testutil.GatherAndCount(a.reg, "prometheus_tsdb_blocks_loaded"); n != 1 || err != nil {
				t.Errorf("the TSDB's metrics: %d, %v", n, err)
			}
			a.close()

			// The next start remembers; one after somebody has cleared up does not.
			again := open(t, dir)
			if got := again.q.Notes(); len(got) != 1 || got[0] != notes[0] || again.open != 1 {
				t.Errorf("the next start knows %+v and opened %d times", got, again.open)
			}
			if err := os.RemoveAll(filepath.Join(dir, dirName, names[1])); err != nil {
				t.Fatal(err)
			}
			if got := again.q.Notes(); len(got) != 0 {
				t.Errorf("still in quarantine after it was removed: %+v", got)
			}
		})
	}
}

func TestOpen_TakesNoBlockForAnotherFault(t *testing.T) {
	dir, _ := blocks(t)
	wal := filepath.Join(dir, "wal")
	if err := os.WriteFile(wal, nil, 0o666); err != nil { // where a directory belongs
		t.Fatal(err)
	}
	a := open(t, dir)
	if a.err == nil || len(a.q.Notes()) != 0 {
		t.Errorf("error %v, notes %v", a.err, a.q.Notes())
	}
	for errno, want := range map[syscall.Errno]bool{
		syscall.ENOENT: true, syscall.EINVAL: true,
		syscall.EMFILE: false, syscall.EACCES: false, syscall.ENOMEM: false, syscall.EIO: false,
	} {
		if got := isDamage(&os.PathError{Op: "open", Path: "index", Err: errno}); got != want {
			t.Errorf("%v is damage: %t", errno, got)
		}
	}
}

func TestOpen_FinishesInterruptedRepairs(t *testing.T) {
	for _, c := range []struct {
		name, after string
		restored    bool
	}{
		{name: "at once", restored: true},
		{name: "after an empty segment was made", after: "00000008", restored: true},
		{name: "not after the log was used", after: "00000008 used"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			wal := filepath.Join(dir, "wal")
			if err := os.Mkdir(wal, 0o777); err != nil {
				t.Fatal(err)
			}
			for name, text := range map[string]string{"00000007.repair": "whole", "00000007": "half"} {
				if err := os.WriteFile(filepath.Join(wal, name), []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if name, text, _ := strings.Cut(c.after, " "); name != "" {
				if err := os.WriteFile(filepath.Join(wal, name), []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if err := restoreSegments(dir, slog.New(slog.DiscardHandler)); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(wlog.SegmentName(wal, 7))
			if err != nil || (string(got) == "whole") != c.restored {
				t.Errorf("the segment is %q, %v", got, err)
			}
		})
	}
}
