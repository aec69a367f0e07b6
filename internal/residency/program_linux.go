package residency

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// UnmapProgram makes the kernel forget which of the program's pages this process
// has used, where it is known how. The pages stay in its cache while there is room,
// and what is needed again is mapped again.
func UnmapProgram() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	smaps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return err
	}
	defer smaps.Close()
	for _, r := range readOnly(smaps, program) {
		// Not syscall.Madvise, which wants a slice: this is no memory of Go's.
		if _, _, errno := syscall.Syscall(syscall.SYS_MADVISE, r.start, r.end-r.start, syscall.MADV_DONTNEED); errno != 0 {
			return fmt.Errorf("unmap pages of %s: %w", program, errno)
		}
	}
	return nil
}

// area is a part of the address space.
type area struct{ start, end uintptr }

// readOnly finds in /proc/PID/smaps the areas that hold a file unchanged: they
// cannot be written to and no page of them was, by a relocation say, for such a
// page would be lost. It reads no further than the areas of the file, which are
// neighbours: the kernel counts pages for what is read, and the blocks of a
// database are a great many.
func readOnly(smaps io.Reader, file string) (areas []area) {
	var last area
	seen := false
	lines := bufio.NewScanner(smaps)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) >= 5 && strings.Contains(fields[0], "-"):
			last = area{}
			if len(fields) < 6 || fields[5] != file {
				if seen {
					return areas
				}
				continue
			}
			seen = true
			if !strings.Contains(fields[1], "w") {
				last = parse(fields[0])
			}
		case len(fields) >= 2 && fields[0] == "Anonymous:" && fields[1] == "0" && last.end > 0:
			areas = append(areas, last)
		}
	}
	return areas
}

func parse(s string) area {
	from, to, _ := strings.Cut(s, "-")
	start, err := strconv.ParseUint(from, 16, 64)
	if err != nil {
		return area{}
	}
	end, err := strconv.ParseUint(to, 16, 64)
	if err != nil {
		return area{}
	}
	return area{uintptr(start), uintptr(end)}
}
