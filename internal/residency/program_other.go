//go:build !linux

package residency

func unmapProgram() error { return nil }
