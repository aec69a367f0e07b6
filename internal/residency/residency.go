// Package residency gives back memory that only the start of a program needed.
package residency

import "runtime/debug"

// GiveBack returns to the kernel the garbage of the start and the pages of the
// program that ran or were read in it: a Go program of this size runs the
// initialisation of a thousand packages once, and its pages would stay mapped for
// good. What is needed again is mapped again, from the page cache, 64 KiB at a
// time. It costs a garbage collection, and is for the end of a start.
func GiveBack() error {
	debug.FreeOSMemory()
	return UnmapProgram()
}
