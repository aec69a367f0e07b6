package main

import (
	"strings"
	"testing"
)

// What was written to is never given back, and nothing of another file.
func TestCleanMappings(t *testing.T) {
	part := func(head, rss, anonymous string) string {
		return head + "\nSize: 100 kB\nRss: " + rss + " kB\nPrivate_Dirty: 4 kB\nAnonymous: " + anonymous + " kB\nVmFlags: rd mr\n"
	}
	got := cleanMappings(strings.NewReader(
		part("00400000-00402000 r-xp 00000000 fe:00 1 /bin/x", "8", "0")+
			part("00402000-00403000 r--p 00002000 fe:00 1 /bin/x", "4", "0")+
			part("00403000-00404000 r--p 00003000 fe:00 1 /bin/x", "4", "4")+
			part("00404000-00405000 rw-p 00004000 fe:00 1 /bin/x", "4", "0")+
			part("00405000-00406000 r--p 00000000 fe:00 2 /bin/y", "4", "0")+
			part("00406000-00407000 r--p 00000000 00:00 0", "4", "0")), "/bin/x")
	if len(got) != 2 || got[0] != (mapping{0x400000, 0x402000, 8 << 10}) || got[1] != (mapping{0x402000, 0x403000, 4 << 10}) {
		t.Errorf("got %+v", got)
	}
}

func TestReleasePages(t *testing.T) {
	n, err := releasePages()
	if err != nil || n == 0 {
		t.Errorf("%d bytes, %v", n, err)
	}
}
