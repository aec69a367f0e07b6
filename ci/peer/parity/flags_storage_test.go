package parity

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/prometheus/prompb"
)

func storageFlagGroups() map[string]flagGroup {
	receiver := "--web.enable-remote-write-receiver"
	return map[string]flagGroup{
		"tsdb": {always: []string{receiver}, prepare: pushMuch, flags: map[string]effect{
			"storage.tsdb.no-lockfile":                  {[]string{"--storage.tsdb.no-lockfile"}, isLocked},
			"storage.tsdb.head-chunks-write-queue-size": {[]string{"--storage.tsdb.head-chunks-write-queue-size=100"}, queues},
			"storage.tsdb.samples-per-chunk":            {[]string{"--storage.tsdb.samples-per-chunk=5"}, chunks},
			"storage.tsdb.wal-segment-size":             {[]string{"--storage.tsdb.wal-segment-size=10MB"}, segments},
			"storage.tsdb.wal-compression-type":         {[]string{"--storage.tsdb.wal-compression-type=zstd"}, logCompression},
		}},
		"tsdb log": {always: []string{receiver}, prepare: pushMuch, flags: map[string]effect{
			"storage.tsdb.wal-compression": {[]string{"--no-storage.tsdb.wal-compression"}, logCompression},
		}},
		"agent": {always: []string{"--agent", receiver}, prepare: pushMuch, flags: map[string]effect{
			"storage.agent.no-lockfile":          {[]string{"--storage.agent.no-lockfile"}, isLocked},
			"storage.agent.wal-segment-size":     {[]string{"--storage.agent.wal-segment-size=10MB"}, segments},
			"storage.agent.wal-compression-type": {[]string{"--storage.agent.wal-compression-type=zstd"}, logCompression},
		}},
		"agent log": {always: []string{"--agent", receiver}, prepare: pushMuch, flags: map[string]effect{
			"storage.agent.wal-compression": {[]string{"--no-storage.agent.wal-compression"}, logCompression},
		}},
	}
}

// pushMuch sends a series of 30 samples, and 26 MB that compress to half at best.
func pushMuch(t *testing.T, s site) {
	t.Helper()
	now := time.Now()
	for i := range 30 {
		push(t, s.Instance, "short", now.Add(time.Duration(i-30)*time.Second), float64(i))
	}
	junk := make([]byte, 500<<10)
	for range 26 {
		if _, err := rand.Read(junk); err != nil {
			t.Fatal(err)
		}
		a := pushRequest(t, s.Instance, &prompb.WriteRequest{Timeseries: []prompb.TimeSeries{{
			Labels:  []prompb.Label{{Name: "__name__", Value: "long"}, {Name: "text", Value: hex.EncodeToString(junk)}},
			Samples: []prompb.Sample{{Timestamp: now.UnixMilli(), Value: 1}},
		}}})
		if a.status != http.StatusNoContent {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
}

func isLocked(_ *testing.T, s site) any {
	_, err := os.Stat(filepath.Join(s.data, "lock"))
	return err == nil
}

// queues says whether there is a queue of chunks to be written.
func queues(t *testing.T, s site) any {
	return metric("prometheus_tsdb_chunk_write_queue_operations_total")(t, s) != ""
}

// chunks is how many chunks the head has.
func chunks(t *testing.T, s site) any {
	return ask(t, s.Instance, "status/tsdb", nil).(map[string]any)["headStats"].(map[string]any)["chunkCount"]
}

// segments is how many files the log has.
func segments(t *testing.T, s site) any {
	files, err := filepath.Glob(filepath.Join(s.data, "wal", "0*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

// logCompression is what the records of the log say of how they are compressed:
// 8 is snappy, 16 zstd (tsdb/wlog/wlog.go). Small records may not be.
func logCompression(t *testing.T, s site) any {
	log, err := os.ReadFile(filepath.Join(s.data, "wal", "00000000"))
	if err != nil {
		t.Fatal(err)
	}
	const page, header = 32 << 10, 7
	var seen byte
	for at := 0; at+header <= len(log); {
		kind := log[at]
		if kind&7 == 0 || page-at%page < header { // the rest of the page is empty
			at += page - at%page
			continue
		}
		seen |= kind & 0x18
		at += header + int(log[at+1])<<8 + int(log[at+2])
	}
	return seen
}
