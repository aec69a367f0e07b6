package residency

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const smaps = `00300000-00301000 r--p 00000000 fd:01 98 /lib/loader
Anonymous:             0 kB
00400000-02bbb000 r-xp 00000000 fd:01 1234 /bin/server
Size:              40684 kB
Rss:               25652 kB
Anonymous:             0 kB
02bbb000-05a00000 r--p 027bb000 fd:01 1234 /bin/server
Rss:               34460 kB
Anonymous:             0 kB
05a00000-05b00000 r--p 027bb000 fd:01 1234 /bin/server
Rss:                1024 kB
Anonymous:             4 kB
05b00000-05c00000 rw-p 05600000 fd:01 1234 /bin/server
Rss:                1024 kB
Anonymous:             0 kB
7f0000000000-7f0000100000 r--p 00000000 fd:01 99 /data/chunks/000001
Rss:                1024 kB
Anonymous:             0 kB
7f0000200000-7f0000300000 r--p 00000000 00:00 0
Anonymous:             0 kB
`

// Only what surely comes back from the program's file is let go: neither what can
// be written to, nor what was, nor anybody else's.
func TestReadOnly(t *testing.T) {
	want := []area{{0x400000, 0x2bbb000}, {0x2bbb000, 0x5a00000}}
	if got := readOnly(strings.NewReader(smaps), "/bin/server"); !slices.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
}

// GiveBack is called by the program that it takes the pages from.
func TestGiveBack(t *testing.T) {
	before := resident(t)
	if err := GiveBack(); err != nil {
		t.Fatal(err)
	}
	after := resident(t)
	if after >= before {
		t.Errorf("%d KiB of files resident before, %d KiB after", before, after)
	}
	t.Logf("%d KiB of files resident before, %d KiB after", before, after)
}

// resident is how much of files this process has mapped and in memory, in KiB.
func resident(t *testing.T) int {
	t.Helper()
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "RssFile:"); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Skip("SKIPPED: this kernel does not tell")
	return 0
}
