package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// releasePages gives the memory back that pages of the program itself take and
// that only its start needed: most of what is linked runs its init functions and
// nothing else ever. What is needed again is read from the page cache when it is
// touched. Only mappings in which nothing was ever written are given back.
func releasePages() (bytes int, err error) {
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return 0, fmt.Errorf("find the program: %w", err)
	}
	smaps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return 0, fmt.Errorf("read the program's mappings: %w", err)
	}
	defer smaps.Close()
	for _, m := range cleanMappings(smaps, exe) {
		if _, _, errno := syscall.Syscall(syscall.SYS_MADVISE, m.start, m.end-m.start, syscall.MADV_DONTNEED); errno != 0 {
			return bytes, fmt.Errorf("give pages of the program back: %w", errno)
		}
		bytes += m.resident
	}
	return bytes, nil
}

// mapping is a part of the program's address space.
type mapping struct {
	start, end uintptr
	resident   int
}

// cleanMappings returns the mappings of a file that may not be written to and
// hold nothing but the file.
func cleanMappings(smaps io.Reader, file string) []mapping {
	var out []mapping
	var at mapping
	var ours bool
	lines := bufio.NewScanner(smaps)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) >= 5 && strings.Contains(fields[0], "-") {
			_, err := fmt.Sscanf(fields[0], "%x-%x", &at.start, &at.end)
			ours = err == nil && len(fields) == 6 && fields[5] == file && !strings.Contains(fields[1], "w")
			at.resident = 0
			continue
		}
		if !ours || len(fields) < 2 {
			continue
		}
		var kib int
		if _, err := fmt.Sscan(fields[1], &kib); err != nil {
			continue
		}
		switch fields[0] {
		case "Rss:":
			at.resident = kib << 10
		case "Anonymous:":
			// It comes after Rss. A mapping with copies of its own, as relocations
			// make them, would lose these.
			if kib == 0 {
				out = append(out, at)
			}
			ours = false
		}
	}
	return out
}
