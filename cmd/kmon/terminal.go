package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
)

// terminal is a log handler for people: time, message, values. The server's
// ordinary lines are left out, and so are refused drop-ins, which the printer
// tells with their file and line.
type terminal struct {
	mu    *sync.Mutex // guards out
	out   io.Writer
	attrs []slog.Attr
	quiet bool
}

func newTerminal(out io.Writer) *terminal { return &terminal{mu: &sync.Mutex{}, out: out} }

// Enabled implements [slog.Handler].
func (t *terminal) Enabled(_ context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn || l >= slog.LevelInfo && !t.quiet
}

// Handle implements [slog.Handler].
func (t *terminal) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(r.Time.Format("15:04:05 "))
	if r.Level >= slog.LevelWarn {
		b.WriteString(strings.ToLower(r.Level.String()) + ": ")
	}
	b.WriteString(r.Message)
	told := false
	write := func(a slog.Attr) bool {
		told = told || a.Key == "dropin"
		if a.Key != "component" {
			fmt.Fprintf(&b, " %s=%v", a.Key, a.Value)
		}
		return true
	}
	for _, a := range t.attrs {
		write(a)
	}
	r.Attrs(write)
	if told {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, err := fmt.Fprintln(t.out, b.String())
	return err
}

// WithAttrs implements [slog.Handler].
func (t *terminal) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *t
	with.attrs = append(with.attrs[:len(with.attrs):len(with.attrs)], attrs...)
	for _, a := range attrs {
		with.quiet = with.quiet || a.Key == "component" && a.Value.String() == "server"
	}
	return &with
}

// WithGroup implements [slog.Handler]. Nobody who logs here uses groups.
func (t *terminal) WithGroup(string) slog.Handler { return t }
