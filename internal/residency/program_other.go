//go:build !linux

package residency

// UnmapProgram does nothing where it is not known how.
func UnmapProgram() error { return nil }
