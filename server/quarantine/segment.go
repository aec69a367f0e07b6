package quarantine

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/prometheus/prometheus/tsdb/fileutil"
	"github.com/prometheus/prometheus/tsdb/wlog"
)

// repairSuffix is what the TSDB renames a damaged segment of its log to while it
// copies the intact records to a new one (tsdb/wlog Repair).
const repairSuffix = ".repair"

// restoreSegments undoes repairs that died half way. The TSDB itself forgets
// about them, and with that about every record that was not copied yet, which
// may be all of the segment. The next replay meets the damage again and repairs
// it from the start.
func restoreSegments(dir string, l *slog.Logger) error {
	for _, log := range []string{"wal", wlog.WblDirName} {
		entries, err := os.ReadDir(filepath.Join(dir, log))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("look for interrupted repairs: %w", err)
		}
		for _, e := range entries {
			name, ok := strings.CutSuffix(e.Name(), repairSuffix)
			number, err := strconv.Atoi(name)
			if !ok || err != nil {
				continue
			}
			if err := restoreSegment(filepath.Join(dir, log), number, entries, l); err != nil {
				return fmt.Errorf("restore segment under repair: %w", err)
			}
		}
	}
	return nil
}

func restoreSegment(dir string, number int, entries []fs.DirEntry, l *slog.Logger) error {
	// Somebody has opened this log since, without us. Bringing the damage back
	// would lose what was written after it.
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil || n <= number {
			continue
		}
		if info, err := e.Info(); err != nil || info.Size() > 0 {
			l.Warn("A repair of the log died half way and the log was used since; not undoing it", "segment", number, "dir", dir)
			return nil
		}
	}
	whole := wlog.SegmentName(dir, number)
	l.Warn("A repair of the log died half way; starting it anew", "segment", number, "dir", dir)
	return fileutil.Rename(whole+repairSuffix, whole)
}
